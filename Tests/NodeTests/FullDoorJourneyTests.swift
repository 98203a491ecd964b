import Features
import FoundationEssentials
@testable import Node
import Protocol
import Rules
import Store
import Testing

/// Doors with small limits, and those who hold places at them.
@Suite(.serialized)
struct FullDoorJourneyTests {
    private static let school = Unit(
        code: "3144000009", name: "示例学校", tier: .school, competent: .centre, territorial: .centre, kind: "211", stages: [.primary],
        years: [.primary: 6], owner: "831", urban: "111")

    private static func knowsTree(_ folder: String) throws -> Bool {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 995), exclusive: false)
        defer { try? archive.close() }
        return try archive.read { $0.directory.unit(school.code) != nil }
    }

    @Test func `silent connections fill the peers' door, and a child joins, links and stays nevertheless`() async throws {
        let (centre, archive) = try Fixture.centre("full-centre", seed: 1500)
        let school = try Fixture.folder("full-school")
        defer { for path in [centre, school] { Fixture.remove(path) } }
        let code = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(Self.school), as: .centre, to: .everyone)
            return try Invitations.issue(for: Self.school.code, by: .centre, in: transaction).code.text
        }
        try archive.close()
        try await ServedNode.serve(centre, seed: 1501, change: { plan in
            plan.peerDoor.connections = 12
            plan.peerDoor.unproven = 4
            plan.peerDoor.pace = RequestPace.Demands(look: 1, looksForHead: 20, looksForBody: 30)
        }) { top in
            // More than the door holds: those who say nothing, and those who say a little at a time.
            let strangers = (0..<24).map { _ in RawConnection(top.ready.peer) }
            try await Fixture.eventually { strangers.count { $0.isOver } >= 20 }
            _ = try await Joining(
                parent: top.ready.peer, code: code, folder: school, proxy: nil, surroundings: Fixture.surroundings(seed: 1502)).join()
            try await ServedNode.serve(school, seed: 1503) { below in
                try await Fixture.eventually { try Self.knowsTree(school) }
                let more = (0..<24).map { _ in RawConnection(top.ready.peer) }
                for stranger in more { stranger.say("\u{16}\u{3}") }
                try await Fixture.eventually { more.count { $0.isOver } >= 20 }
                #expect(await below.verb("status", "--wait", "20") == 0)
                #expect(await below.verb("classes", "add", "--stage", "primary", "--year", "2022", "--count", "1") == 0)
                try await Fixture.eventually {
                    let archive = try Archive(
                        folder: centre, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 994), exclusive: false)
                    defer { try? archive.close() }
                    return try archive.read { try ClassShelf($0).classes(of: Self.school.code).count == 1 }
                }
                withExtendedLifetime(more) {}
            }
            withExtendedLifetime(strangers) {}
        }
    }

    @Test func `whoever sends no whole head or a body drop by drop is ended, and others are answered meanwhile`() async throws {
        let folder = try Fixture.folder("full-console")
        _ = try Founding.foundCentre(name: "教育部", folder: folder, surroundings: Fixture.surroundings(seed: 1510))
        defer { Fixture.remove(folder) }
        let pace = RequestPace.Demands(look: 1, looksForHead: 2, looksForBody: 2, bytesPerSecond: 1024, looksForAnswer: 60)
        try await ServedNode.serve(folder, seed: 1511, change: { plan in
            plan.consoleDoor.connections = 20
            plan.consoleDoor.unproven = 8
            plan.consoleDoor.pace = pace
        }) { node in
            let silent = RawConnection(node.ready.console)
            let halting = RawConnection(node.ready.console)
            halting.say("GET /healthz HTTP/1.1\r\nHo")
            let dripping = RawConnection(node.ready.console)
            dripping.say("POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            let steady = RawConnection(node.ready.console)
            // Well ahead of the pace at once: a busy machine may keep this test from its turn for some looks.
            steady.say("POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "b", count: 50_000))
            try await Fixture.eventually {
                dripping.say("a")
                halting.say("s")
                steady.say(String(repeating: "b", count: 10))
                let health = try await node.ask(.get, "/healthz")
                #expect(health.status == 200)
                return silent.isOver && halting.isOver && dripping.isOver
            }
            #expect(steady.heard().isEmpty && !steady.isOver)
        }
    }

    @Test func `beyond the console's cap those that ask nothing make room, and whoever has asked keeps his connection`() async throws {
        let folder = try Fixture.folder("full-roster")
        _ = try Founding.foundCentre(name: "教育部", folder: folder, surroundings: Fixture.surroundings(seed: 1520))
        defer { Fixture.remove(folder) }
        try await ServedNode.serve(folder, seed: 1521, change: { plan in
            plan.consoleDoor.connections = 10
            plan.consoleDoor.unproven = 3
            plan.consoleDoor.pace.look = 1
        }) { node in
            let asking = RawConnection(node.ready.console)
            asking.say("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            try await Fixture.eventually { asking.heard().hasPrefix("HTTP/1.1 200") }
            let silent = (0..<30).map { _ in RawConnection(node.ready.console) }
            try await Fixture.eventually { silent.count { $0.isOver } >= 27 }
            asking.say("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            try await Fixture.eventually { asking.heard().hasPrefix("HTTP/1.1 200") }
            #expect(try await node.ask(.get, "/healthz").status == 200)
            withExtendedLifetime(silent) {}
        }
    }
}
