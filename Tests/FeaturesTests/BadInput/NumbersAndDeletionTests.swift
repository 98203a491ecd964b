import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Numbers are for ever (§1.8), and who has a formal one is never deleted in daily business (§1.13).
@Suite struct NumbersAndDeletionTests {
    private typealias C = SmallCountry

    /// A pupil with a provisional number whose formal one has not come yet: nobody has let the offices work since.
    private func provisional() throws -> (C, String) {
        let country = try C()
        let id = try #require(try country.enrol([C.row(1, try country.newClass())]).first)
        #expect(try country.students().first?.number?.hasPrefix("L") == true)
        return (country, id)
    }

    /// The centre's number arrives.
    private func issue(_ number: String, _ id: String, _ country: C) throws {
        try country.node.archive.write { transaction in
            let dossier = try #require(try DossierID(hex: id).flatMap { try transaction.dossier($0) })
            let approval = try #require(dossier.chain.last { $0.provisionalNumber != nil }?.hash)
            let word = IssuedNumber(dossier: dossier.id, number: number, cites: approval, at: transaction.now)
            try transaction.append(.number, Payload.encode(word), as: .centre, to: .unit(dossier.home))
        }
    }

    // MARK: One by one, and before submission (Q59)

    @Test func thereIsNoWayToDeleteMany() throws {
        let deleting = RegistrationOperations.all.filter { $0.method == .delete }
        #expect(deleting.map(\.path) == ["/students/{dossier}"])
        #expect(deleting.allSatisfy { $0.body == .none })
        let country = try C()
        _ = try country.importRows([C.row(1, try country.newClass()), C.row(2, "2022101")])
        let ids = try country.students().map(\.dossier)
        for several in [ids.joined(separator: ","), ids.joined(), "*", "all", ""] {
            #expect(try country.refusal("students.delete", as: C.tianheFirst, ["dossier": several]).code == "dossier.id")
        }
        #expect(try country.students().map(\.state) == ["clean", "clean"])
    }

    @Test func aDeletedPupilIsATombstoneThatNothingRevives() throws {
        let country = try C()
        _ = try country.importRows([C.row(1, try country.newClass())])
        let id = try #require(try country.students().first?.dossier)
        _ = try country.node.call("students.delete", as: C.tianheFirst.code, ["dossier": id])
        try country.node.settle()
        #expect(try country.students().map(\.state) == ["deleted"])
        for act in ["review", "submit"] {
            #expect(try country.stepRefusal(act, id, as: C.tianheFirst).message.contains("已终结"), "\(act)")
        }
        #expect(try country.refusal("students.delete", as: C.tianheFirst, ["dossier": id]).message.contains("已终结"))
        #expect(try country.refusal("students.amend", as: C.tianheFirst, ["dossier": id], body: #"{"changes":{"特长":"围棋"}}"#).message.contains("已终结"))
        let body = #"{"about":"guardianConfirmation","kind":"确认表","date":"2026-09-01","place":"档案室"}"#
        #expect(try country.refusal("students.state", as: C.tianheFirst, ["dossier": id], body: body).message.contains("已终结"))
    }

    // MARK: After approval (Q60)

    @Test func anApprovedPupilIsDeletedOnlyByApplicationAndTheCompetentAuthority() throws {
        let (country, id) = try provisional()
        func act(_ name: String, _ unit: Unit, reason: String? = "误操作") throws -> SmallCountry.Outcome {
            let body = reason.map { "{\"reason\":\"\($0)\"}" } ?? "{}"
            return try country.decode(country.node.call("students.\(name)", as: unit.code, ["dossier": id], body: body))
        }
        #expect(try act("delete", C.tianheFirst).refused.map(\.code) == ["delete.enrolled"])
        #expect(try act("applyForDeletion", C.tianheFirst, reason: nil).refused.map(\.code) == ["reason"])
        #expect(try act("confirmDeletion", C.tianhe).refused.map(\.code) == ["holder"])
        #expect(try act("applyForDeletion", C.tianheFirst).done == [id])
        #expect(try act("applyForDeletion", C.tianheFirst).refused.map(\.code) == ["holder"])
        for stranger in [C.guangzhou, C.guangdong, C.haizhu, C.tianheFirst] {
            #expect(try act("confirmDeletion", stranger).done == [], "\(stranger.name)")
        }
        #expect(try act("refuseDeletion", C.tianhe, reason: nil).refused.map(\.code) == ["reason"])
        #expect(try act("confirmDeletion", C.tianhe).done == [id])
        try country.node.settle()
        #expect(try country.students().map(\.state) == ["deleted"])
    }

    @Test func theHolderOfAFormalNumberIsNotDeletedByAnyone() throws {
        let (country, id) = try provisional()
        try country.node.settle()
        #expect(try country.students().first?.number?.hasPrefix("G") == true)
        let reason = #"{"reason":"误操作"}"#
        let school = try country.refusal("students.applyForDeletion", as: C.tianheFirst, ["dossier": id], body: reason)
        #expect(school.message.contains("已有正式学籍号，不能删除") && school.question == "Q60")
        #expect(try country.refusal("students.delete", as: C.tianheFirst, ["dossier": id]).question == "Q60")
        for authority in [C.tianhe, C.guangzhou, C.guangdong] {
            _ = try country.refusal("students.confirmDeletion", as: authority, ["dossier": id], body: reason)
        }
    }

    @Test func aNumberThatCameBetweenApplicationAndConfirmationStopsTheDeletion() throws {
        let (country, id) = try provisional()
        _ = try country.node.call("students.applyForDeletion", as: C.tianheFirst.code, ["dossier": id], body: #"{"reason":"误操作"}"#)
        try issue("G440106201603050040", id, country)
        try country.node.settle()
        let refused = try country.refusal("students.confirmDeletion", as: C.tianhe, ["dossier": id], body: "{}")
        #expect(refused.message.contains("已有正式学籍号"))
        #expect(try country.step("refuseDeletion", [], as: C.tianhe, settling: false).done == [])
        _ = try country.node.call("students.refuseDeletion", as: C.tianhe.code, ["dossier": id], body: #"{"reason":"已有正式学籍号"}"#)
        #expect(try country.students().map(\.state) == ["enrolled"])
    }

    @Test func aNumberThatCameAfterTheConfirmationReturnsThePupil() throws {
        let (country, id) = try provisional()
        _ = try country.node.call("students.applyForDeletion", as: C.tianheFirst.code, ["dossier": id], body: #"{"reason":"误操作"}"#)
        _ = try country.node.call("students.confirmDeletion", as: C.tianhe.code, ["dossier": id], body: "{}")
        try issue("G440106201603050040", id, country)
        try country.node.settle()
        let pupil = try #require(try country.students().first)
        #expect(pupil.state == "enrolled" && pupil.number == "G440106201603050040" && pupil.holder == C.tianheFirst.code.text)
    }

    // MARK: Numbers

    @Test func aFormalNumberStaysWhateverIsAsked() throws {
        let (country, id) = try provisional()
        try country.node.settle()
        let number = try country.students().first?.number
        let body = "44010620160305008"
        let other = body + (ResidentIDNumber.checkDigit(for17: body).map(String.init) ?? "")
        for change in ["\"身份证件号\":\"\(other)\"", "\"姓名\":\"李四光\"", "\"出生日期\":\"20160304\",\"身份证件类型\":\"其他\"", "\"班号\":\"2022199\""] {
            let refused = try country.refusal("students.amend", as: C.tianheFirst, ["dossier": id], body: "{\"changes\":{\(change)}}")
            #expect(refused.question == "Q72" || refused.question == "Q51" || refused.question.hasPrefix("M-IMP"), "\(change)")
        }
        #expect(try country.refusal("students.amend", as: C.tianheFirst, ["dossier": id], body: #"{"changes":{"学籍号":"J440106201603050029"}}"#)
            .message.contains("没有名为“学籍号”的指标"))
        #expect(try country.students().first?.number == number)
    }

    @Test func oneNumberIsNeverTwoPupils() throws {
        let country = try C()
        let ids = try country.enrol([C.row(1, try country.newClass()), C.row(2, "2022101")])
        try issue("G440106201603050040", ids[0], country)
        #expect(throws: (any Error).self) { try issue("G440106201603050040", ids[1], country) }
        try country.node.settle()
        let numbers = try country.students().compactMap(\.number)
        #expect(Set(numbers).count == 2)
        #expect(numbers.filter { $0 == "G440106201603050040" }.count == 1)
    }

    @Test func theNumberOfADeletedPupilIsNotGivenAgain() throws {
        let (country, id) = try provisional()
        let lent = try #require(try country.students().first?.number)
        _ = try country.node.call("students.applyForDeletion", as: C.tianheFirst.code, ["dossier": id], body: #"{"reason":"误操作"}"#)
        _ = try country.node.call("students.confirmDeletion", as: C.tianhe.code, ["dossier": id], body: "{}")
        try country.node.settle()
        let others = try country.enrol((2...30).map { C.row($0, "2022101") })
        let numbers = try country.students().filter { others.contains($0.dossier) }.compactMap(\.number)
        #expect(numbers.count == 29 && Set(numbers).count == 29)
        #expect(!numbers.contains(lent))
    }

    @Test func whereACountyDayHasNoNumberLeftNobodyIsApprovedAndTheCentreKnows() throws {
        let country = try C()
        try country.node.archive.write { transaction in
            let lease = Lease(
                holder: C.haizhu.code, incarnation: try transaction.incarnation(of: C.haizhu.code), division: "440106",
                birthDates: "20160305"..."20160305", tails: 0...9999)
            try transaction.append(.lease, Payload.encode(lease), as: .centre, to: .unit(C.haizhu.code))
        }
        let id = try #require(try country.enrol([C.row(1, try country.newClass())], by: nil).first)
        let refused = try country.stepRefusal("approve", id, as: C.tianhe)
        #expect(refused.message.contains("20160305") && refused.message.contains("号段") && refused.question == "Q44")
        #expect(try alarms(country).contains("lease.exhausted"))
    }

    @Test func whereTheSequenceOfFormalNumbersIsUsedUpThePupilKeepsTheProvisionalOne() throws {
        let country = try C()
        let ids = try country.enrol([C.row(1, try country.newClass())])
        try issue("J44010620160305998X", ids[0], country)
        let other = C.row(2, "2022101", [.idType: "其他", .idNumber: ""])
        #expect(try country.importRows([other]).accepted == 1)
        let second = try #require(try country.students().first { $0.dossier != ids[0] }?.dossier)
        _ = try country.node.call(
            "students.state", as: C.tianheFirst.code, ["dossier": second],
            body: #"{"about":"noIDProof","kind":"无身份证在校就读证明","date":"2026-09-01","place":"学校档案室"}"#)
        for (act, unit) in [("review", C.tianheFirst), ("submit", C.tianheFirst), ("approve", C.tianhe)] {
            #expect(try country.step(act, [second], as: unit).done == [second])
        }
        #expect(try country.students().first { $0.dossier == second }?.number?.hasPrefix("L440106") == true)
        #expect(try alarms(country).contains("number.exhausted"))
    }

    private func alarms(_ country: C) throws -> [String] {
        try country.node.archive.read { try String.fetchAll($0.database, sql: "SELECT code FROM alarm") }
    }
}
