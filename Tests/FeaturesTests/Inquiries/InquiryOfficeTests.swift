@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Who answers what, and how little.
@Suite struct InquiryOfficeTests {
    private typealias C = SmallCountry

    @Test func `a pupil of another province is found by that province, with nothing but what is needed`() throws {
        let world = try InquiryCountry(seed: 11)
        for item in [try world.ask(world.far.name, number: world.far.number), try world.ask(world.far.name, idNumber: world.far.idNumber)] {
            let answer = try #require(item.answer)
            #expect(item.state == "found" && answer.by == "430000" && item.waitingFor == nil)
            let pupil = try #require(answer.pupil)
            #expect(pupil.school == C.yueluFirst.code.text && pupil.schoolName == "岳麓第一小学" && pupil.stateLabel == "在校生")
            #expect(pupil.stage == "primary" && pupil.grade == "五年级" && pupil.sex == "2" && pupil.birthYear == "2016" && !pupil.hasOpenCase)
            let id = try InquiryCountry.id(item)
            let payloads = try world.node.archive.read { reading in
                try Data.fetchAll(reading.database, sql: "SELECT payload FROM inquiry_answer WHERE id = ?", arguments: [Data(id.bytes)])
            }
            #expect(payloads.count == 2, "the province's to the centre and the centre's to the asker")
            for payload in payloads {
                let text = String(decoding: payload, as: UTF8.self)
                #expect(!text.contains(world.far.name) && !text.contains(world.far.idNumber) && !text.contains("20160305"))
            }
        }
        let forwards = try world.node.archive.read { try String.fetchAll($0.database, sql: "SELECT target FROM inquiry_forward") }
        #expect(forwards == ["430000", "430000"])
    }

    @Test func `within the province the lowest common authority answers and the centre does nothing`() throws {
        let world = try InquiryCountry(seed: 12)
        let item = try world.ask(world.near.name, idNumber: world.near.idNumber)
        #expect(item.state == "found" && item.answer?.by == C.guangzhou.code.text && item.answer?.pupil?.school == C.haizhuFirst.code.text)
        let all = try world.node.archive.read { try String.fetchAll($0.database, sql: "SELECT writer FROM inquiry_answer") }
        #expect(all == [C.guangzhou.code.text])
        #expect(try world.trail(.centre).isEmpty)
    }

    @Test func `a wrong name with a right number is answered like a number that nobody has, and nobody is asked`() throws {
        let world = try InquiryCountry(seed: 13)
        let wrongName = try world.ask("王五", number: world.far.number)
        let nobody = try world.ask(world.far.name, number: "G110101200001010000")
        for item in [wrongName, nobody] {
            #expect(item.state == "notFound" && item.answer?.by == "000000" && item.answer?.pupil == nil)
        }
        let asked = try world.node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM inquiry_forward") }
        #expect(asked == 0)
        // A province that is named answers itself, and as little.
        let named = try world.ask("王五", number: world.far.number, province: "430000")
        #expect(named.state == "notFound" && named.answer?.by == "430000")
        let own = try world.ask("王五", number: world.near.number, province: "440000")
        #expect(own.state == "notFound" && own.answer?.by == "440000")
    }

    @Test func `names and numbers are compared in the normal form`() throws {
        let world = try InquiryCountry(seed: 14)
        let spaced = world.far.name.map(String.init).joined(separator: " ")
        #expect(try world.ask(spaced, number: world.far.number.lowercased()).state == "found")
    }

    @Test func `a registration without a number is nobody yet`() throws {
        let world = try InquiryCountry(seed: 15)
        let row = C.row(1, try world.country.newClass(at: C.haizhuFirst), at: C.haizhuFirst)
        #expect(try world.country.importRows([row], at: C.haizhuFirst).accepted == 1)
        #expect(try world.ask(world.far.name, idNumber: world.far.idNumber).state == "found")
    }

    @Test func `an open case is told`() throws {
        let world = try InquiryCountry(seed: 16)
        let pupil = try #require(try world.country.students(C.haizhuFirst).first)
        for unit in [C.guangdong, C.guangzhou, C.haizhu] { try world.country.set("fields.controlled", "姓名", as: unit) }
        let path = world.node.folder + "/evidence.jpg"
        try Data(ProblemCountry.jpg).write(to: URL(fileURLWithPath: path))
        _ = try world.node.call(
            "attachments.add", as: C.haizhuFirst.code, ["dossier": pupil.dossier, "purpose": "evidence"], file: (path, "户口簿.jpg"))
        _ = try world.node.call(
            "keyData.apply", as: C.haizhuFirst.code, ["dossier": pupil.dossier], body: #"{"reason":"户籍更名","changes":{"姓名":"张玮"}}"#)
        try world.node.settle()
        #expect(try world.ask(world.near.name, number: world.near.number).answer?.pupil?.hasOpenCase == true)
    }

    @Test func `what a unit asks beyond its day's number is not looked up`() throws {
        let world = try InquiryCountry(seed: 17)
        try world.country.set("inquiry.daily", "1", as: .init(code: .centre, name: "", tier: .centre, competent: nil))
        #expect(try world.ask(world.far.name, number: world.far.number).state == "found")
        // A node that does not keep to its own gate.
        let salt = [UInt8](repeating: 3, count: 16)
        let today = world.node.clock.surroundings.today
        let inquiry = Inquiry(
            unit: C.tianheFirst.code, name: world.far.name, number: world.far.number, key: .studentNumber, province: nil,
            at: world.node.clock.surroundings.now() + 1, lastDay: CalendarDate(daysSince1970: today.daysSince1970 + 10), salt: salt)
        let payload = Payload.encode(inquiry)
        try world.node.archive.write { _ = try $0.append(.inquiry, payload, as: C.tianheFirst.code, to: .up) }
        try world.node.settle()
        let item = try world.show(Hashing.sha256(payload).description, as: C.tianheFirst)
        #expect(item.state == "limited" && item.answer?.by == "000000")
    }

    @Test func `both sides have it in their trail, by its id alone`() throws {
        let world = try InquiryCountry(seed: 18)
        let item = try world.ask(world.far.name, idNumber: world.far.idNumber)
        let asked = try #require(try world.trail(C.tianheFirst.code).first { $0.operation == "inquiries.asked" })
        #expect(asked.subject == item.inquiry && asked.account == "operator")
        let answered = try #require(try world.trail("430000").first { $0.operation == "inquiries.answer" })
        #expect(answered.subject == item.inquiry && answered.account == "inquiry of 2144000001" && answered.outcome == "found")
        #expect(try world.trail(.centre).map(\.operation).sorted() == ["inquiries.answer", "inquiries.forward"])
    }

    @Test func `the tables are the same when the journal is read anew`() throws {
        let world = try InquiryCountry(seed: 19)
        _ = try world.ask(world.far.name, idNumber: world.far.idNumber)
        _ = try world.ask("王五", idNumber: world.far.idNumber, province: "430000")
        let rebuilt = try world.node.archive.read { reading in
            try Rebuild(of: reading, original: world.node.archive, in: world.node.folder + "/rebuilt")
        }
        defer { rebuilt.remove() }
        let here = try world.node.archive.read { try TableDigest.all($0, of: world.node.archive) }
        let there = try rebuilt.archive.read { try TableDigest.all($0, of: rebuilt.archive) }
        for table in ["inquiry", "inquiry_forward", "inquiry_answer", "inquiry_notice"] { #expect(here[table] != nil && here[table] == there[table]) }
    }
}
