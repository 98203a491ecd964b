import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Sheets
import Store
import Testing

@Suite struct NumberOfficeTests {
    private func enrolled(_ node: TestNode, _ rows: [[StudentField: RawCell]]) throws -> [Journey.Student] {
        let journey = Journey(node: node)
        _ = try journey.importRows(rows)
        let ids = try journey.students().map(\.dossier)
        for (act, unit) in [("review", People.school.code), ("submit", People.school.code), ("approve", People.county.code)] {
            #expect(try journey.step(act, ids, as: unit).done.count == ids.count)
        }
        return try journey.students()
    }

    private func node(_ adapter: PublicSecurityAdapter) throws -> (TestNode, String) {
        let node = try TestNode(adapter: adapter)
        try node.becomeCentre(hosting: [People.county, People.school])
        return (node, try Journey(node: node).addClass())
    }

    @Test func batchFilesCarryQuestionsOutAndAnswersIn() throws {
        let exchange = FileManager.default.temporaryDirectory.path + "/xueji-exchange-\(getpidText())"
        defer { try? FileManager.default.removeItem(atPath: exchange) }
        let (node, classCode) = try node(.batchFiles(folder: exchange))
        let waiting = try enrolled(node, (1...3).map { People.row($0, classCode: classCode) })
        #expect(waiting.allSatisfy { $0.number?.hasPrefix("L") == true })
        #expect(try IdentityExchange.exchange(folder: exchange, archive: node.archive).asked == 3)
        #expect(try IdentityExchange.exchange(folder: exchange, archive: node.archive).asked == 0)
        let out = try FileManager.default.contentsOfDirectory(atPath: exchange + "/out")
        #expect(out.count == 1)
        let answers = zip(waiting.map(\.dossier), ["一致", "不一致", "unknown"]).map { "\($0),\($1)" }.joined(separator: "\n")
        try ("query,answer\n" + answers + "\n").write(toFile: exchange + "/in/a.csv", atomically: true, encoding: .utf8)
        #expect(try IdentityExchange.exchange(folder: exchange, archive: node.archive).taken == 3)
        try node.settle()
        let after = try Journey(node: node).students()
        let byID = Dictionary(uniqueKeysWithValues: after.map { ($0.dossier, $0) })
        #expect(byID[waiting[0].dossier]?.number?.hasPrefix("G") == true)
        #expect(byID[waiting[1].dossier]?.number?.hasPrefix("L") == true)
        #expect(byID[waiting[1].dossier]?.problems == ["id_bad"])
        #expect(byID[waiting[2].dossier]?.problems == ["id_bad"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: exchange + "/done") == ["a.csv"])
    }

    @Test(arguments: ["foo\nbar\n", "query,answer\n00000000000000000000000000000000,banana\n"])
    func aFileThatIsNotOneOfAnswersIsSetAsideWithAnAlarm(_ text: String) throws {
        let exchange = FileManager.default.temporaryDirectory.path + "/xueji-exchange-\(getpidText())-\(text.count)"
        defer { try? FileManager.default.removeItem(atPath: exchange) }
        let (node, _) = try node(.batchFiles(folder: exchange))
        _ = try IdentityExchange.exchange(folder: exchange, archive: node.archive)
        try text.write(toFile: exchange + "/in/bad.csv", atomically: true, encoding: .utf8)
        #expect(try IdentityExchange.exchange(folder: exchange, archive: node.archive).taken == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: exchange + "/failed") == ["bad.csv"])
        let alarms = try node.archive.read { try String.fetchAll($0.database, sql: "SELECT code FROM alarm") }
        #expect(alarms == ["identity.file"])
    }

    @Test func anAnswerNobodyAskedForChangesNothing() throws {
        let (node, classCode) = try node(.batchFiles(folder: "/nonexistent"))
        let pupil = try enrolled(node, [People.row(1, classCode: classCode)])[0]
        let taken = try node.archive.write {
            try IdentityExchange.take([.init(query: pupil.dossier, answer: "mismatch"), .init(query: "zz", answer: "一致")], in: $0)
        }
        #expect(taken == 0)
    }

    @Test func aCountyDayWithoutTailsLeftIsAClearError() throws {
        let (node, classCode) = try node(.localRules)
        try node.archive.write { transaction in
            let other = Lease(
                holder: "430104", incarnation: transaction.surroundings.incarnation(), division: "440106",
                birthDates: "20160305"..."20160305", tails: 0...9999)
            try transaction.append(.lease, Payload.encode(other), as: .centre, to: .everyone)
        }
        let journey = Journey(node: node)
        _ = try journey.importRows([People.row(1, classCode: classCode)])
        let id = try journey.students()[0].dossier
        _ = try journey.step("review", [id], as: People.school.code)
        _ = try journey.step("submit", [id], as: People.school.code)
        let refused = try journey.step("approve", [id], as: People.county.code).refused
        #expect(refused.first?.code == "lease.missing")
        let alarms = try node.archive.read { try String.fetchAll($0.database, sql: "SELECT code FROM alarm") }
        #expect(alarms.contains("lease.exhausted"))
    }

    @Test func overlappingLeasesAreVoid() throws {
        let (node, _) = try node(.localRules)
        let incarnation = Incarnation([1, 2, 3, 4, 5, 6, 7, 8])!
        func lease(_ tails: ClosedRange<Int>, _ holder: UnitCode) -> [UInt8] {
            Payload.encode(Lease(holder: holder, incarnation: incarnation, division: "440106", birthDates: "20160305"..."20160305", tails: tails))
        }
        try node.archive.write { _ = try $0.append(.lease, lease(0...15, "440106"), as: .centre, to: .everyone) }
        #expect(throws: StoreError.self) {
            try node.archive.write { _ = try $0.append(.lease, lease(10...20, "430104"), as: .centre, to: .everyone) }
        }
    }

    @Test func provisionalNumbersOfOneDayAreAllDifferent() throws {
        let (node, classCode) = try node(.batchFiles(folder: "/nonexistent"))
        let pupils = try enrolled(node, (1...40).map { People.row($0, classCode: classCode) })
        #expect(Set(pupils.compactMap(\.number)).count == 40)
        #expect(pupils.allSatisfy { $0.number?.hasPrefix("L44010620160305") == true })
    }

    @Test func namesBeyondTheBasicPlaneSurviveImportAndSearch() throws {
        let (node, classCode) = try node(.localRules)
        var row = People.row(1, classCode: classCode)
        row[.name] = RawCell("𠮷䶮𫖯")
        let journey = Journey(node: node)
        #expect(try journey.importRows([row]).accepted == 1)
        #expect(try journey.search("𠮷䶮").map(\.name) == ["𠮷䶮𫖯"])
        #expect(try journey.search("张").isEmpty)
    }

    private func ranges(of unit: UnitCode, _ node: TestNode) throws -> [ClosedRange<Int>] {
        try node.archive.read { reading in
            try Row.fetchAll(
                reading.database, sql: "SELECT first, last FROM lease WHERE holder = ? AND birth_first < birth_last ORDER BY first",
                arguments: [unit.text]).map { ($0["first"] as Int)...($0["last"] as Int) }
        }
    }

    @Test func anAuthorityIsLentARangeForEveryBirthDateBeforeItHasPupils() throws {
        let (node, _) = try node(.localRules)
        try node.archive.write { try IncarnationNotice.post(in: $0) }
        try node.settle()
        #expect(try ranges(of: People.county.code, node) == [0...63])
        try node.archive.write { try IncarnationNotice.post(in: $0) }
        try node.settle()
        #expect(try ranges(of: People.county.code, node) == [0...63])
    }

    @Test func aNewIncarnationGetsAnotherRangeAndTheOldRestIsNeverLentAgain() throws {
        let (node, _) = try node(.localRules)
        try node.archive.write { try IncarnationNotice.post(in: $0) }
        try node.settle()
        try node.archive.write { transaction in
            let bytes = try #require(try Data.fetchOne(
                transaction.database, sql: "SELECT seed FROM secret WHERE unit = ?", arguments: [People.county.code.text]))
            let key = try #require(StatementKey(seed: Array(bytes)))
            try transaction.keepSecret(key, of: People.county.code, incarnation: transaction.surroundings.incarnation())
            try IncarnationNotice.post(in: transaction)
        }
        try node.settle()
        #expect(try ranges(of: People.county.code, node) == [0...63, 64...127])
    }
}
