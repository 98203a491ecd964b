import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Traps that others fell into (§1.22), as far as entry, import and duplicate check can.
@Suite struct TrapsTests {
    private typealias C = SmallCountry

    // MARK: Case-sensitive identifiers

    @Test func aSmallXIsTheSameNumber() throws {
        let country = try C()
        let body = "44010620160305008"
        let small = try country.importRows([C.row(1, try country.newClass(), [.idNumber: body + "x"])])
        #expect(small.accepted == 1 && small.problems == 0)
        #expect(small.findings.contains { $0.rule == "Q68-id-capitals" && $0.severity == "notice" })
        let code = try country.newClass(at: C.yueluFirst)
        _ = try country.importRows([C.row(2, code, at: C.yueluFirst, [.idNumber: body + "Ｘ"])], at: C.yueluFirst)
        for school in [C.tianheFirst, C.yueluFirst] {
            #expect(try country.students(school).map(\.problems) == [["id_dup"]])
        }
        #expect(try country.search(body + "x", at: C.tianheFirst).count == 1)
    }

    @Test func bothCasesInOneFileAreOneNumberTwice() throws {
        let country = try C()
        let code = try country.newClass()
        let report = try country.importRows([
            C.row(1, code, [.idNumber: "44010620160305016x"]), C.row(2, code, [.idNumber: "44010620160305016X"]),
        ])
        #expect(report.messages(of: "Q61-id-repeated-in-file").count == 2)
    }

    // MARK: Duplicates only inside a region

    @Test func twinsOfTwoProvincesAreFoundAndEachSeesACardOfTheOther() throws {
        struct Card: Decodable { let name, school, schoolName, problem: String }
        struct Verdict: Decodable { let tier, result: String; let peers: [Card] }
        struct Item: Decodable { let verdict: Verdict? }
        struct Shown: Decodable { let student: Item }
        let country = try C()
        let code = try country.newClass()
        _ = try country.importRows([C.row(1, code), C.row(2, code, [.idType: "其他", .idNumber: ""])])
        let far = try country.newClass(at: C.yueluFirst)
        _ = try country.importRows([
            C.row(1, far, at: C.yueluFirst), C.row(2, far, at: C.yueluFirst, [.idType: "护照", .idNumber: "E1"]),
        ], at: C.yueluFirst)
        for (school, other) in [(C.tianheFirst, C.yueluFirst), (C.yueluFirst, C.tianheFirst)] {
            let pupils = try country.students(school)
            #expect(pupils.map(\.state) == ["problem", "problem"])
            #expect(Set(pupils.flatMap(\.problems)) == ["id_dup", "nsd_dup"])
            for pupil in pupils {
                let shown: Shown = try country.decode(country.node.call("students.show", as: school.code, ["dossier": pupil.dossier]))
                #expect(shown.student.verdict?.tier == "centre" && shown.student.verdict?.result == "problem")
                #expect(shown.student.verdict?.peers.map(\.schoolName) == [other.name])
            }
        }
    }

    // MARK: Checked only at entry

    @Test func whoWasEnrolledLongAgoBecomesAProblemWhenADoubleComes() throws {
        let country = try C()
        let old = try #require(try country.enrol([C.row(1, try country.newClass())]).first)
        try country.node.settle()
        _ = try country.importRows([C.row(1, try country.newClass(at: C.haizhuFirst), at: C.haizhuFirst)], at: C.haizhuFirst)
        let pupil = try #require(try country.students().first { $0.dossier == old })
        #expect(pupil.state == "enrolled" && pupil.problems == ["id_dup"] && pupil.number?.hasPrefix("G") == true)
        let newcomer = try #require(try country.students(C.haizhuFirst).first)
        #expect(try country.stepRefusal("review", newcomer.dossier, as: C.haizhuFirst).message.contains("身份证号重复"))
        _ = try country.node.call("students.delete", as: C.haizhuFirst.code, ["dossier": newcomer.dossier])
        try country.node.settle()
        #expect(try country.students().first?.problems == [])
    }

    @Test func aDoubleThatCameAfterSubmissionStopsTheApproval() throws {
        let country = try C()
        let waiting = try #require(try country.enrol([C.row(1, try country.newClass())], by: nil).first)
        _ = try country.importRows([C.row(1, try country.newClass(at: C.yueluFirst), at: C.yueluFirst)], at: C.yueluFirst)
        #expect(try country.stepRefusal("approve", waiting, as: C.tianhe).message.contains("身份证号重复"))
        #expect(try country.stepRefusal("forward", waiting, as: C.tianhe).message.contains("问题学籍"))
        #expect(try country.step("return", [waiting], as: C.tianhe, reason: "请核对身份证号").done == [waiting])
    }

    // MARK: Import into the wrong school

    @Test func aFileOfAnotherSchoolEntersNowhere() throws {
        let country = try C()
        let code = try country.newClass()
        #expect(try country.newClass(at: C.haizhuFirst) == code)
        let report = try country.refusedImport((1...4).map { C.row($0, code, at: C.haizhuFirst) })
        #expect(report.errors.map(\.rule) == Array(repeating: "M-IMP-own-school", count: 4))
        #expect(report.errors.first?.message.contains("不是本校的") == true)
        let mixed = try country.importRows([C.row(1, code, at: C.haizhuFirst), C.row(2, code)])
        #expect(mixed.accepted == 1 && mixed.failed == 1)
        #expect(try country.students(C.haizhuFirst).isEmpty)
    }

    // MARK: Retries

    @Test func aRetryMakesNoDoubles() throws {
        let country = try C()
        let code = try country.newClass()
        let rows = (1...6).map { C.row($0, code) } + [C.row(7, code, [.idType: "其他", .idNumber: ""])]
        #expect(try country.importRows(rows).accepted == 7)
        let before = try country.fingerprint()
        let again = try country.importRows(rows.reversed())
        #expect(again.already == 7 && again.accepted == 0 && again.outcome == .success)
        #expect(try country.fingerprint() == before)
    }

    @Test func aJobThatACrashCutShortIsBegunAnewWithoutDoubles() throws {
        let country = try C()
        let code = try country.newClass()
        // Identical rows are two pupils: each claims one of what the first run entered.
        let nameless = C.row(3, code, [.idType: "其他", .idNumber: ""])
        let job = try country.upload([C.row(1, code), C.row(2, code), nameless, nameless])
        let first = try ImportRun.perform(job, archive: country.node.archive)
        #expect(first.accepted == 4)
        try country.node.settle()
        let before = try country.fingerprint()
        try country.node.archive.write { try $0.database.execute(literal: "UPDATE import_job SET state = 'waiting' WHERE id = \(job.id)") }
        for _ in 1...2 {
            let again = try ImportRun.perform(job, archive: country.node.archive)
            #expect(again.accepted == 4 && again.already == 0 && again.failed == 0)
            try country.node.settle()
            #expect(try country.fingerprint() == before)
        }
        #expect(try country.students().count == 4)
    }

    @Test func aDeletedPupilMayBeEnteredAgain() throws {
        let country = try C()
        let row = C.row(1, try country.newClass())
        _ = try country.importRows([row])
        let id = try #require(try country.students().first?.dossier)
        _ = try country.node.call("students.delete", as: C.tianheFirst.code, ["dossier": id])
        try country.node.settle()
        #expect(try country.importRows([row]).accepted == 1)
        #expect(try country.students().map(\.state).sorted() == ["clean", "deleted"])
    }

    // MARK: A stale failed state

    @Test func whatWasMendedIsNoLongerAFailure() throws {
        let country = try C()
        let code = try country.newClass()
        let failed = try country.importRows([C.row(1, code, [.distance: "2公里"])])
        #expect(failed.outcome == .failed && failed.marked != nil)
        let mended = try country.importRows([C.row(1, code)])
        #expect(mended.outcome == .success && mended.accepted == 1 && mended.marked == nil)
        let wrong = try country.importRows([C.row(2, code, [.idNumber: "440106201603050061"])])
        #expect(wrong.problems == 1)
        let id = try #require(try country.students().first { $0.state == "problem" }?.dossier)
        let body = "44010620160305006"
        let right = body + (ResidentIDNumber.checkDigit(for17: body).map(String.init) ?? "")
        _ = try country.node.call("students.amend", as: C.tianheFirst.code, ["dossier": id], body: "{\"changes\":{\"身份证件号\":\"\(right)\"}}")
        try country.node.settle()
        #expect(try country.students().map(\.state) == ["clean", "clean"])
        #expect(try country.step("review", [id], as: C.tianheFirst).done == [id])
    }

    @Test func amendingOneOfTwoDoublesClearsBoth() throws {
        let country = try C()
        let code = try country.newClass()
        _ = try country.importRows([C.row(1, code), C.row(1, code, [.name: "李四光"])])
        #expect(try country.students().map(\.state) == ["problem", "problem"])
        let id = try #require(try country.students().first { $0.name == "李四光" }?.dossier)
        let body = "44010620160305008"
        let own = body + (ResidentIDNumber.checkDigit(for17: body).map(String.init) ?? "")
        _ = try country.node.call("students.amend", as: C.tianheFirst.code, ["dossier": id], body: "{\"changes\":{\"身份证件号\":\"\(own)\"}}")
        try country.node.settle()
        #expect(try country.students().map(\.state) == ["clean", "clean"])
    }

    // MARK: A flood of candidates

    @Test func aHundredPupilsWithTheSameThreeItemsAreOneProblemEach() throws {
        let country = try C()
        let code = try country.newClass()
        let rows = (1...100).map { C.row(1, code, [.idType: "其他", .idNumber: "", .numberInClass: String($0)]) }
        #expect(try country.importRows(rows).accepted == 100)
        let pupils = try country.students()
        #expect(pupils.count == 100)
        #expect(pupils.allSatisfy { $0.problems == ["nsd_dup"] && $0.state == "problem" })
        let cards = try country.node.archive.read { reading in
            try pupils.map { pupil in
                try DossierID(hex: pupil.dossier).flatMap { try DossierShelf(reading).dossier($0) }?.highestVerdict?.peers.count ?? 0
            }
        }
        #expect(cards.allSatisfy { (1...50).contains($0) })
        let words = try country.node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM word") ?? 0 }
        #expect(words == 100)
        // A pupil beside the flood is untouched by it.
        #expect(try country.importRows([C.row(2, code)]).accepted == 1)
        #expect(try country.students(C.tianheFirst, ["state": "clean"]).count == 1)
    }

    // MARK: Child rows before parent rows

    @Test func unitsAreTakenInWhateverTheOrderOfTheirLines() throws {
        struct Report: Decodable {
            struct Refused: Decodable { let line: Int; let message: String }
            let added: Int
            let refused: [Refused]
        }
        let country = try C()
        let path = country.node.folder + "/units.csv"
        let text = """
            code,name,tier,competent,territorial,kind,stages,years,owner,urban
            2144000101,黄埔第一小学,school,440112,440112,211,1,6,831,111
            2144000102,无主小学,school,440199,440199,211,1,6,831,111
            440112,黄埔区教育局,county,440100,,,,,,
            """
        try Data(text.utf8).write(to: URL(filePath: path))
        let report: Report = try country.decode(country.node.call("units.import", as: C.guangdong.code, file: (path, "units.csv")))
        #expect(report.added == 2)
        #expect(report.refused.map(\.line) == [3])
        #expect(report.refused.first?.message.contains("440199") == true)
        let again: Report = try country.decode(country.node.call("units.import", as: C.guangdong.code, file: (path, "units.csv")))
        #expect(again.added == 0)
    }
}
