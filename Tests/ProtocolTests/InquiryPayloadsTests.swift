import Protocol
import Rules
import Testing

struct InquiryPayloadsTests {
    private static let inquiry = Inquiry(
        unit: "2144000001", name: "张三", number: "G440106201603050020", key: .studentNumber, province: "430000", at: 1_789_005_600,
        lastDay: CalendarDate(daysSince1970: 20_720), salt: [UInt8](repeating: 7, count: 16))
    private static let id = Hashing.sha256([1])
    private static let pupil = FoundPupil(
        school: "2143000001", schoolName: "岳麓第一小学", stage: 1, grade: "三年级", state: "enrolled", stateLabel: "在校生", hasOpenCase: true,
        sex: "2", birthYear: "2016")

    @Test func `what is asked, passed on, answered and told comes back as it went`() {
        #expect(Payload.inquiry(Payload.encode(Self.inquiry)) == Self.inquiry)
        let forward = InquiryForward(inquiry: Payload.encode(Self.inquiry), to: "430000", at: 5)
        #expect(Payload.inquiryForward(Payload.encode(forward)) == forward)
        for outcome in InquiryAnswer.Outcome.allCases {
            let answer = InquiryAnswer(
                id: Self.id, unit: "2144000001", by: .centre, answeredBy: "430000", outcome: outcome, pupil: outcome == .found ? Self.pupil : nil, at: 6)
            #expect(Payload.inquiryAnswer(Payload.encode(answer)) == answer)
        }
        for event in InquiryNotice.Event.allCases {
            let notice = InquiryNotice(id: Self.id, unit: "2144000001", by: .centre, event: event, place: "430000", since: nil, at: 7)
            #expect(Payload.inquiryNotice(Payload.encode(notice)) == notice)
        }
    }

    @Test func `a question without salt, not in its normal form or open for too long is none`() {
        #expect(Payload.inquiry([]) == nil)
        for change in [
            { $0.salt = [] }, { $0.name = "" }, { $0.name = "张 三" }, { $0.number = "g1" }, { $0.number = "" }, { $0.name = String(repeating: "张", count: 67) },
            { $0.lastDay = CalendarDate(daysSince1970: 20_000) }, { $0.lastDay = CalendarDate(daysSince1970: 21_200) }, { $0.at = -1 },
        ] as [(inout Inquiry) -> Void] {
            var inquiry = Self.inquiry
            change(&inquiry)
            #expect(Payload.inquiry(Payload.encode(inquiry)) == nil)
        }
    }

    @Test func `an answer names a school exactly where it has found one`() {
        for (outcome, pupil) in [(InquiryAnswer.Outcome.found, nil), (.notFound, Self.pupil), (.ambiguous, Self.pupil)] as [(InquiryAnswer.Outcome, FoundPupil?)] {
            let answer = InquiryAnswer(id: Self.id, unit: "2144000001", by: .centre, answeredBy: "430000", outcome: outcome, pupil: pupil, at: 6)
            #expect(Payload.inquiryAnswer(Payload.encode(answer)) == nil)
        }
    }

    @Test func `the salt makes two equal questions two inquiries`() {
        var other = Self.inquiry
        other.salt[0] = 8
        #expect(Hashing.sha256(Payload.encode(other)) != Hashing.sha256(Payload.encode(Self.inquiry)))
    }
}
