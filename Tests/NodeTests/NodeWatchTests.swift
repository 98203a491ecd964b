import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

struct NodeWatchTests {
    private func alarms(_ archive: Archive) throws -> [String] {
        try archive.read { try String.fetchAll($0.database, sql: "SELECT code FROM alarm ORDER BY code") }
    }

    private func link(_ failure: LinkFailure?, since: Int64?) -> LinkState {
        var state = LinkState(condition: .idle, lastContact: nil, parentUnit: nil, held: [:])
        state.failure = failure
        state.failingSince = since
        return state
    }

    @Test func `a failing link raises its alarm, another cause takes its place, a good word clears it`() throws {
        let (folder, archive) = try Fixture.centre("watch", seed: 9300)
        defer { Fixture.remove(folder) }
        let since = archive.surroundings.now() - 600
        let refused = LinkFailure(.refused, message: "没有应答。", remedy: "请检查。", cause: "")
        let portal = LinkFailure(.captivePortal, message: "收到网页。", remedy: "请认证。", cause: "")
        try NodeWatch.look(archive, children: [], link: link(refused, since: since))
        #expect(try alarms(archive).contains("link.refused"))
        try NodeWatch.look(archive, children: [], link: link(portal, since: since))
        #expect(try alarms(archive).filter { $0.hasPrefix("link.") } == ["link.captivePortal"])
        try NodeWatch.look(archive, children: [], link: link(nil, since: nil))
        #expect(try alarms(archive).filter { $0.hasPrefix("link.") } == [])
        try archive.close()
    }

    @Test func `what has not changed is not written again`() throws {
        let (folder, archive) = try Fixture.centre("watch-quiet", seed: 9310)
        defer { Fixture.remove(folder) }
        let since = archive.surroundings.now() - 600
        let failing = link(LinkFailure(.unresolved, message: "无法解析。", remedy: "请检查。", cause: ""), since: since)
        try NodeWatch.look(archive, children: [], link: failing)
        let changes = try archive.write { $0.database.totalChangesCount }
        try NodeWatch.look(archive, children: [], link: failing)
        #expect(try archive.write { $0.database.totalChangesCount } == changes)
        try archive.close()
    }

    @Test func `a clock in 1970 raises an alarm that status shows`() throws {
        let (folder, archive) = try Fixture.centre("watch-clock", seed: 9320)
        try archive.close()
        defer { Fixture.remove(folder) }
        let early = Surroundings(now: { 86_400 }, randomBytes: Fixture.surroundings(seed: 9321).randomBytes)
        let again = try Archive(folder: folder, book: Wiring.book(), surroundings: early)
        try NodeWatch.look(again, children: [], link: nil)
        #expect(try alarms(again).contains("clock"))
        try again.close()
    }
}
