import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Testing

/// Carries calls straight to a parent's endpoint; can lose answers.
private final class Wire: RequestSender {
    let endpoint: ParentEndpoint
    private let lost: Mutex<Int>

    init(_ archive: Archive, losing: Int = 0) throws {
        let bell = Bell()
        let nonce = try #require(BootNonce([UInt8](repeating: 7, count: 16)))
        endpoint = ParentEndpoint(
            unit: .centre, version: "test", nonce: nonce, outbox: StoreOutbox(archive: archive),
            inbox: StoreInbox(archive: archive, stored: bell, news: bell), doorkeeper: StoreDoorkeeper(archive: archive),
            surroundings: archive.surroundings,
            enrolment: NodeAdmission(archive: archive, trust: try NodeTrust(archive, unit: .centre), nonce: nonce, stored: bell).enrolment)
        lost = Mutex(losing)
    }

    func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse {
        guard case .bytes(let body) = request.body, let path = request.url.range(of: "/peer/"),
              case .answer(let answer) = endpoint.outcome(path: String(request.url[path.lowerBound...]), body: body) else {
            throw LinkFailure(.rejected, message: "", remedy: "", cause: "test")
        }
        let isLost = lost.withLock { left in
            defer { left -= 1 }
            return left > 0
        }
        if isLost { throw LinkFailure(.network, message: "", remedy: "", cause: "lost") }
        return IncomingResponse(status: answer.status, headers: [("content-type", answer.contentType)], body: answer.body)
    }
}

struct JoiningTests {
    private func invite(_ unit: UnitCode, _ archive: Archive) throws -> String {
        try archive.write { try Invitations.issue(for: unit, by: .centre, in: $0).code.text }
    }

    private func joining(_ code: String, _ folder: String, _ wire: Wire, seed: UInt64) -> Joining {
        Joining(
            parent: "http://127.0.0.1:1", code: code, folder: folder, proxy: nil,
            surroundings: Fixture.surroundings(seed: seed), sender: wire)
    }

    @Test func `a machine with a code becomes the unit's node, and takes down what it needs`() async throws {
        let (centreFolder, centre) = try Fixture.centre("join-centre", seed: 10)
        let folder = try Fixture.folder("join-province")
        defer { Fixture.remove(centreFolder); Fixture.remove(folder) }
        let result = try await joining(try invite("440000", centre), folder, try Wire(centre), seed: 20).join()
        #expect(result.unit == "440000" && result.tier == "province" && result.admin.account == "admin")

        let province = try Fixture.archive(folder, seed: 21)
        let bell = Bell()
        let batch = try StoreOutbox(archive: centre).envelopes(after: 0, .down("440000"), limitBytes: 1 << 20)
        let inbox = StoreInbox(archive: province, stored: bell, news: bell)
        let results = try inbox.accept(batch.envelopes, from: .parent)
        #expect(!results.isEmpty && results.allSatisfy { $0.0 == .stored })
        while try province.write({ try $0.applyStored() }).hasMore {}
        let (name, mine, spoken) = try province.read { reading in
            (
                reading.directory.unit("440000")?.name, try reading.directory.activeKey(of: "440000")?.node,
                try reading.hostedUnits()
            )
        }
        #expect(name == "广东省教育厅" && mine == "440000" && spoken == ["440000"])
        #expect(try inbox.accept(batch.envelopes, from: .parent).allSatisfy { $0.0 == .known })
    }

    @Test func `a lost answer is asked for again with the same key, another machine is refused`() async throws {
        let (centreFolder, centre) = try Fixture.centre("lost-centre", seed: 30)
        let folder = try Fixture.folder("lost-province")
        let thief = try Fixture.folder("lost-thief")
        defer { for folder in [centreFolder, folder, thief] { Fixture.remove(folder) } }
        let wire = try Wire(centre, losing: 1)
        let code = try invite("440000", centre)
        await #expect(throws: LinkFailure.self) { try await joining(code, folder, wire, seed: 40).join() }
        #expect(try await joining(code, folder, wire, seed: 41).join().unit == "440000")
        let used = await #expect(throws: Refusal.self) { try await joining(code, thief, wire, seed: 42).join() }
        #expect(used?.code == "join.refused" && used?.message.contains("已经使用过") == true)
        let again = await #expect(throws: Refusal.self) { try await joining(code, folder, wire, seed: 43).join() }
        #expect(again?.code == "node.exists")
    }

    @Test func `a hosted unit moves to a node of its own and back, with one writer at a time`() async throws {
        let (centreFolder, centre) = try Fixture.centre("move-centre", seed: 90)
        let folder = try Fixture.folder("move-province")
        defer { Fixture.remove(centreFolder); Fixture.remove(folder) }
        let host = try #require(HostingOperations.all.first { $0.id == "units.host" })
        let call = Call(archive: centre, actor: .localOperator(of: .centre), parameters: ["unit": "440000"])
        _ = try host.handle(call)
        let setting = PolicySetting(unit: "440000", key: "duplicates.instant", value: "off", version: 1, by: "440000", at: 1)
        let hosted = try centre.write {
            try $0.append(.policy, Payload.encode(setting), as: "440000", to: .subtree("440000")).stream
        }
        _ = try await joining(try invite("440000", centre), folder, try Wire(centre), seed: 91).join()
        #expect(try centre.read { try $0.hostedUnits() } == [.centre])
        #expect(try centre.read { try AccountShelf.accounts(of: "440000", $0).isEmpty })

        let province = try Fixture.archive(folder, seed: 92)
        let bell = Bell()
        let inbox = StoreInbox(archive: province, stored: bell, news: bell)
        let down = try StoreOutbox(archive: centre).envelopes(after: 0, .down("440000"), limitBytes: 1 << 20)
        _ = try inbox.accept(down.envelopes, from: .parent)
        while try province.write({ try $0.applyStored() }).hasMore {}
        #expect(try StoreOutbox(archive: province).heads(.up).contains { $0.stream == hosted })
        #expect(try province.read { try $0.hostedUnits() } == ["440000"])

        _ = try host.handle(call)
        let later = try StoreOutbox(archive: centre).envelopes(after: down.position, .down("440000"), limitBytes: 1 << 20)
        _ = try inbox.accept(later.envelopes, from: .parent)
        while try province.write({ try $0.applyStored() }).hasMore {}
        #expect(try province.read { try $0.hostedUnits() }.isEmpty)
        #expect(try centre.read { try $0.hostedUnits() } == [.centre, "440000"])
    }

    @Test func `a unit that has written before takes in new pupils only until its streams are back; a new one waits for nothing`() async throws {
        let (centreFolder, centre) = try Fixture.centre("again-centre", seed: 95)
        let (first, second) = (try Fixture.folder("again-first"), try Fixture.folder("again-second"))
        defer { for folder in [centreFolder, first, second] { Fixture.remove(folder) } }
        _ = try await joining(try invite("440000", centre), first, try Wire(centre), seed: 96).join()
        #expect(try Fixture.read(first) { try $0.recoveringUnits() }.isEmpty)
        _ = try await joining(try invite("440000", centre), second, try Wire(centre), seed: 97).join()
        #expect(try Fixture.read(second) { try $0.recoveringUnits() } == ["440000"])
        let archive = try Fixture.archive(second, seed: 98)
        let setting = PolicySetting(unit: "440000", key: "duplicates.instant", value: "off", version: 1, by: "440000", at: 1)
        let refused = #expect(throws: StoreError.self) {
            try archive.write { _ = try $0.append(.policy, Payload.encode(setting), as: "440000", to: .subtree("440000")) }
        }
        #expect(refused?.code == .recovering)
    }

    @Test func `a wrong secret is refused, and burns the code after five`() async throws {
        let (centreFolder, centre) = try Fixture.centre("secret-centre", seed: 50)
        let folder = try Fixture.folder("secret-province")
        defer { Fixture.remove(centreFolder); Fixture.remove(folder) }
        let real = try #require(OneTimeCode(try invite("440000", centre)))
        let guess = try #require(JoinSecret(Array(1...20)))
        let forged = try #require(OneTimeCode(id: real.id, secret: guess))
        for _ in 1...5 {
            let refusal = await #expect(throws: Refusal.self) {
                try await joining(forged.text, folder, try Wire(centre), seed: 60).join()
            }
            #expect(refusal?.code == "join.refused")
        }
        let burnt = await #expect(throws: Refusal.self) { try await joining(real.text, folder, try Wire(centre), seed: 61).join() }
        #expect(burnt?.code == "join.refused")
        #expect(try centre.read { try $0.directory.activeKey(of: "440000") } == nil)
    }

    @Test func `a parent that does not know the secret is not believed`() async throws {
        let (realFolder, real) = try Fixture.centre("true-centre", seed: 53)
        let (falseFolder, false_) = try Fixture.centre("false-centre", seed: 56)
        let folder = try Fixture.folder("led-province")
        defer { for folder in [realFolder, falseFolder, folder] { Fixture.remove(folder) } }
        let code = try #require(OneTimeCode(try invite("440000", real)))
        // It has seen the code's name on the line, and answers with a secret of its own.
        try false_.write { transaction in
            let own = try Invitations.issue(for: "440000", by: .centre, in: transaction).code
            try transaction.database.execute(literal: "UPDATE invitation SET id = \(Data(code.id)) WHERE id = \(Data(own.id))")
        }
        await #expect(throws: Refusal.self) { try await joining(code.text, folder, try Wire(false_), seed: 62).join() }
        let archive = try Fixture.archive(folder, seed: 63)
        #expect(try archive.read { try $0.ownUnit() } == nil)
    }

    @Test func `only units directly below are invited`() throws {
        let (folder, centre) = try Fixture.centre("below-centre", seed: 70)
        defer { Fixture.remove(folder) }
        #expect(throws: Refusal.self) { try invite("440106", centre) }
        #expect(throws: Refusal.self) { try invite("999999", centre) }
        #expect(throws: Refusal.self) { try invite("000000", centre) }
    }
}
