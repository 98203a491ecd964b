@testable import Features
import Rules
import Store
import Testing

/// What a standing forbids elsewhere: rosters, class moves, edits, key data, other businesses.
@Suite struct RollStandingsTests {
    private typealias C = SmallCountry
    private struct Roster: Decodable { struct Pupil: Decodable { let dossier: String }; let pupils: [Pupil] }

    @Test func `who is away is not on the roster, keeps the class in the record, and is moved to no other`() throws {
        let world = try RollCountry()
        let (id, other) = (try world.enrolled(), try world.enrolled(2))
        let second = try world.country.newClass(2022)
        try world.change(id, .suspend, RollCountry.suspension)
        let roster: Roster = try world.country.decode(world.node.call("students.roster", as: C.tianheFirst.code, ["class": "2022101"]))
        #expect(try roster.pupils.map(\.dossier) == [other] && world.dossier(id).record.classCode == "2022101")
        let refused = try world.country.refusal("classes.place", as: C.tianheFirst, ["code": second], body: "{\"dossiers\":[\"\(id)\"]}")
        #expect(refused.code == "roll.status" && refused.message.contains("休学"))
        try world.country.set("class.limit", "1", as: C.tianhe)
        let third = try world.enrolled(3)
        _ = try world.node.call("classes.place", as: C.tianheFirst.code, ["code": second], body: "{\"dossiers\":[\"\(third)\"]}")
        try world.node.settle()
        #expect(try world.dossier(third).record.classCode == second)
    }

    @Test func `lists filter by standing, and an unknown one is refused`() throws {
        let world = try RollCountry()
        let (id, other) = (try world.enrolled(), try world.enrolled(2))
        try world.change(id, .suspend, RollCountry.suspension)
        #expect(try world.country.students(C.tianhe, ["status": "suspended"]).map(\.dossier) == [id])
        #expect(try world.country.students(C.tianhe, ["status": "present,abroad"]).map(\.dossier) == [other])
        #expect(try world.country.refusal("students.list", as: C.tianhe, ["status": "gone"]).code == "status.unknown")
    }

    @Test func `a suspended pupil's data are mended, one who left is an archive`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        let edit = #"{"changes":{"联系电话":"13900000001"}}"#
        try world.change(id, .suspend, RollCountry.suspension)
        _ = try world.node.call("students.amend", as: C.tianheFirst.code, ["dossier": id], body: edit)
        try world.node.settle()
        #expect(try world.dossier(id).record[.phone] == "13900000001")
        try world.change(id, .leave, ["cause": "99"])
        let refused = try world.country.refusal(
            "students.amend", as: C.tianheFirst, ["dossier": id], body: #"{"changes":{"联系电话":"13900000002"}}"#)
        #expect(refused.code == "roll.status" && refused.message == "该生状态为“其他离校”，不能修改学籍信息。")
        for unit in [C.guangdong, C.guangzhou, C.tianhe] { try world.country.set("fields.controlled", "姓名", as: unit) }
        try world.attach(id, "更名")
        #expect(try world.country.refusal(
            "keyData.apply", as: C.tianheFirst, ["dossier": id], body: #"{"reason":"更名","changes":{"姓名":"张玮"}}"#).code == "roll.status")
    }

    @Test func `who is not at school, or has a case, is not transferred, and the reason names it`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        #expect(try world.dossier(id).transferObstacle == nil)
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        #expect(try world.dossier(id).transferObstacle == .openCase(Stand.rollChangePrepared.rawValue, holder: C.tianheFirst.code))
        try world.step("submit", id, as: C.tianheFirst)
        try world.step("approve", id, as: C.tianhe)
        #expect(try world.dossier(id).transferObstacle == .notAttending("休学"))
    }

    @Test func `who is entered again while the own dossier is abroad is a problem, which leads to the return`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        try world.change(id, .goAbroad, ["cause": "28", "country": "加拿大"])
        let again = try world.world.enter(1, at: C.haizhuFirst)
        #expect(try world.dossier(again).problems == ["id_dup"] && world.dossier(id).problems == ["id_dup"])
        let doubles = [try world.dossier(id).id]
        try world.node.archive.read { reading in
            let seen = try RollStandings.returning(doubles, sight: C.guangzhou.code, reading)
            #expect(seen.count == 1 && seen[0]["kind"] as? String == "回国复学" && seen[0]["status"] as? String == "出国")
            #expect(try RollStandings.returning(doubles, sight: C.haizhuFirst.code, reading).isEmpty, "not another school's to know")
        }
    }

    @Test func `lists of kinds in settings are checked`() throws {
        let world = try RollCountry()
        #expect(RollStandings.fault(inKinds: "skipGrade, repeatGrade") == nil)
        #expect(try world.country.refusal(
            "policy.set", as: C.guangdong, ["key": "rollChange.permitted"], body: #"{"value":"skipGrade,fly"}"#).message.contains("fly"))
    }
}
