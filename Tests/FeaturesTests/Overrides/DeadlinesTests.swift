@testable import Features
import Rules
import Store
import Testing

/// Limits and calendars are policies of centre and province; lists, pages and the table say the same.
@Suite struct DeadlinesTests {
    private typealias C = SmallCountry
    private static let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)

    private func deadline(_ world: OverrideCountry, _ id: String) throws -> Deadlines.Deadline? {
        let dossier = try world.world.dossier(id)
        let today = world.node.archive.surroundings.today
        return try world.node.archive.read { try Deadlines(reading: $0, today: today).deadline(of: dossier) }
    }

    @Test func `holidays and worked weekends of centre and province count together`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        #expect(try deadline(world, id)?.due.description == "2026-09-24")
        try world.country.set("calendar.holidays", "2026-09-21/2026-09-22", as: Self.centre)
        try world.country.set("calendar.holidays", "2026-09-24", as: C.guangdong)
        #expect(try deadline(world, id)?.due.description == "2026-09-29")
        try world.country.set("calendar.workdays", "2026-09-26", as: Self.centre)
        #expect(try deadline(world, id)?.due.description == "2026-09-28")
        try world.country.set("deadlines.registration", "2", as: C.guangdong)
        #expect(try deadline(world, id)?.due.description == "2026-09-14")
        try world.country.set("deadlines.registration", "0", as: C.guangdong)
        #expect(try deadline(world, id) == nil)
        let refused = try world.country.refusal("overrides.request", as: C.tianheFirst, ["dossier": id], body: #"{"reason":"久拖"}"#)
        #expect(refused.code == "override.unlimited")
    }

    @Test func `who may set what, and a list that is none`() throws {
        let country = try SmallCountry()
        func refusal(_ key: String, _ value: String, _ unit: Unit) throws -> String {
            try country.refusal("policy.set", as: unit, ["key": key], body: "{\"value\":\"\(value)\"}").code
        }
        #expect(try refusal("deadlines.keyData", "5", C.tianhe) == "policy.owner" && refusal("calendar.holidays", "国庆", C.guangdong) == "policy.value")
        #expect(try refusal("deadlines.registration", "-1", Self.centre) == "policy.value")
    }

    /// The table's clause against each dossier's own limit, day by day, under settings that differ between the provinces.
    @Test func `the lists name exactly those that are overdue, in each province by its own settings`() throws {
        let world = try OverrideCountry()
        let ids = [try world.submitted(1), try world.submitted(2, at: C.haizhuFirst), try world.submitted(3, at: C.yueluFirst), try world.changing(4)]
        #expect(try world.country.step("return", [ids[1]], as: C.haizhu, reason: "照片不符").done == [ids[1]])
        try world.country.set("deadlines.registration", "3", as: C.hunan)
        try world.country.set("calendar.holidays", "2026-09-16", as: C.guangdong)
        try world.country.set("deadlines.keyData", "12", as: Self.centre)
        var seen: Set<Int> = []
        for _ in 0..<20 {
            world.pass(days: 1)
            let late = try ids.filter { try deadline(world, $0)?.isOverdue ?? false }
            seen.insert(late.count)
            #expect(try Set(world.list("overdue", as: Self.centre).map(\.dossier)) == Set(late))
            #expect(try world.list("overdue", as: C.yuelu).map(\.dossier) == late.filter { $0 == ids[2] })
            #expect(try Set(world.list("overdue", as: C.guangdong).map(\.dossier)) == Set(late.filter { $0 != ids[2] }))
            #expect(try Set(world.list("self", as: C.tianhe).map(\.dossier)) == Set(late.filter { $0 == ids[0] || $0 == ids[3] }))
        }
        #expect(seen == [0, 1, 2, 3, 4] || seen == [0, 1, 3, 4], "the days tell the four apart")
        #expect(try world.list("self", as: C.haizhuFirst).map(\.dossier) == [ids[1]], "what was returned is the school's to do")
    }

    @Test func `the table built anew from the journal has the same times and requests`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        world.pass(days: 15)
        try world.request(id)
        try world.node.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: world.node.archive, in: world.node.folder + "/rebuilt")
            defer { rebuild.remove() }
            let now = try TableDigest.all(reading, of: world.node.archive)
            let anew = try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
            for table in ["step", "word", "dossier"] { #expect(now[table] == anew[table], "\(table)") }
        }
    }
}
