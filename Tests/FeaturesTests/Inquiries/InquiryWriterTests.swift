@testable import Features
import Rules
import Store
import Testing

/// Who may ask for whom, how often, and who sees it.
@Suite struct InquiryWriterTests {
    private typealias C = SmallCountry

    @Test func `only a school asks, by name and exactly one number, and not for its own pupils`() throws {
        let world = try InquiryCountry(seed: 41)
        func refusal(_ body: String, as unit: Unit = C.tianheFirst) throws -> String {
            try world.country.refusal("inquiries.ask", as: unit, body: body).code
        }
        #expect(try refusal(InquiryCountry.body("张三", number: "G1"), as: C.tianhe) == "inquiry.unit")
        #expect(try refusal(InquiryCountry.body("张三")) == "inquiry.number")
        #expect(try refusal(InquiryCountry.body("张三", number: "G1", idNumber: "1")) == "inquiry.number")
        #expect(try refusal(InquiryCountry.body(" ", number: "G1")) == "inquiry.name")
        #expect(try refusal(InquiryCountry.body("张三", number: "G1", province: C.guangzhou.code)) == "inquiry.province")
        #expect(try refusal(InquiryCountry.body(String(repeating: "张", count: 80), number: "G1")) == "inquiry.malformed")
        #expect(try refusal(InquiryCountry.body(world.near.name, number: world.near.number), as: C.haizhuFirst) == "inquiry.own")
    }

    @Test func `beyond the day's number a school is refused until the next day, by the policy of its province`() throws {
        let world = try InquiryCountry(seed: 42)
        try world.country.set("inquiry.daily", "2", as: C.guangdong)
        for _ in 0..<2 { #expect(try world.ask("王五", number: "G1").state == "notFound") }
        let page = try world.list(as: C.tianheFirst.code)
        #expect(page.askedToday == 2 && page.dailyLimit == 2 && page.inquiries.count == 2)
        let refused = try world.country.refusal("inquiries.ask", as: C.tianheFirst, body: InquiryCountry.body("王五", number: "G1"))
        #expect(refused.code == "inquiry.limit" && refused.message.contains("2026-09-11 0 时"))
        // Another school has its own count, another province its own policy.
        #expect(try world.ask("王五", number: "G1", at: C.haizhuFirst).state == "notFound")
        #expect(try world.list(as: C.yueluFirst.code).dailyLimit == 50)
        world.node.clock.advance(14 * 3600)
        #expect(try world.ask("王五", number: "G1").state == "notFound")
    }

    @Test func `an answer is waited for ten working days, or as many as the policy says`() throws {
        let world = try InquiryCountry(seed: 43)
        // Thursday, 10 September 2026.
        #expect(try world.ask("王五", number: "G1").lastDay == "2026-09-24")
        try world.country.set("inquiry.days", "1", as: C.guangdong)
        #expect(try world.ask("王五", number: "G1").lastDay == "2026-09-11")
    }

    @Test func `asker, those above it and who answers see an inquiry, the number in full the asker alone`() throws {
        let world = try InquiryCountry(seed: 44)
        let item = try world.ask(world.far.name, number: world.far.number)
        #expect(item.number == world.far.number)
        for unit in [C.tianhe, C.guangzhou, C.guangdong, C.hunan] {
            let seen = try world.show(item.inquiry, as: unit)
            #expect(seen.state == "found" && seen.unit == C.tianheFirst.code.text && seen.number.contains("****") && seen.number != world.far.number)
        }
        for unit in [C.haizhuFirst, C.haizhu, C.yueluFirst, C.changsha] {
            let refused = try world.country.refusal("inquiries.show", as: unit, ["inquiry": item.inquiry])
            #expect(refused.code == "inquiry.missing")
        }
        for (unit, scope, count) in [
            (C.tianheFirst, nil, 1), (C.tianhe, nil, 1), (C.haizhu, nil, 0), (C.hunan, "answered", 1), (C.hunan, "below", 0), (C.changsha, "answered", 0),
            (C.guangdong, "answered", 0),
        ] as [(Unit, String?, Int)] {
            #expect(try world.list(scope, as: unit.code).inquiries.count == count, "\(unit.name) \(scope ?? "")")
        }
    }
}
