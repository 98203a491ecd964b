@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
@testable import Store
import Testing

/// The centre's node, which hosts a province and a school of it.
private struct HostedSchool {
    static let province = AccountTestNode.hosted
    static let school = Unit(
        code: "2144000001", name: "天河第一小学", tier: .school, competent: "440000", territorial: "440000", kind: "211", stages: [.primary],
        years: [.primary: 6], owner: "831", urban: "111")

    let node: AccountTestNode
    /// Of the school's administrator before any reset.
    let first: String

    init(seed: UInt64) throws {
        node = try AccountTestNode(seed: seed)
        _ = try node.host(Unit(code: Self.province, name: "广东省教育厅", tier: .province, competent: .centre))
        first = try node.host(Self.school)
    }

    /// A reset as its issuer would sign it, changed as a test likes; and its one-time password.
    func reset(
        _ number: Int, by issuer: UnitCode = province, _ change: (inout PasswordReset) -> Void = { _ in }
    ) throws -> (payload: [UInt8], password: String) {
        let (text, password) = try AccountShelf.oneTimePassword(node.clock.surroundings)
        let key = try #require(try node.archive.read { try $0.directory.activeKey(of: Self.school.code) }).key
        var reset = PasswordReset(
            unit: Self.school.code, account: "admin", password: password.bytes, by: issuer, keyID: key.id, topology: Self.school.version,
            number: number, at: node.clock.surroundings.now())
        change(&reset)
        return (Payload.encode(.reset(reset)), text)
    }

    func say(_ payload: [UInt8], by issuer: UnitCode = province, to audience: Audience = .unit(school.code)) throws {
        try node.archive.write { _ = try $0.append(.passwordReset, payload, as: issuer, to: audience) }
    }

    func mustChange(_ password: String) -> Bool? {
        (try? node.session(node.signIn(password, unit: Self.school.code)))?.mustChange
    }

    func states(_ unit: UnitCode = province) throws -> [String] {
        try node.call("accounts.resets", by: .localOperator(of: unit))["resets"]?.items.compactMap { $0["state"]?.text } ?? []
    }
}

/// What superiors order for an account of a unit, at the node that has the account.
struct PasswordResetOfficeTests {
    @Test func `an order takes effect once, ends the session, asks for a new password and is in the trail`() throws {
        let test = try HostedSchool(seed: 601)
        let token = try test.node.signIn(test.first, unit: HostedSchool.school.code)
        let (payload, password) = try test.reset(1)
        try test.say(payload)
        #expect(try test.states() == ["sent"])
        try test.node.settle()
        #expect(try test.states() == ["done"] && test.states(HostedSchool.school.code) == ["done"])
        let ended = #expect(throws: SignInFailure.self) { try test.node.session(token) }
        #expect(ended?.refusal.message.contains("密码已由上级单位 440000 重置") == true)
        #expect(test.mustChange(test.first) == nil && test.mustChange(password) == true)
        let trail = try test.node.call("audit.list", by: .localOperator(of: HostedSchool.school.code))["audit"]?.items.first
        #expect(trail?["operation"]?.text == "accounts.reset" && trail?["account"]?.text == "superior 440000")
        #expect(trail?["outcome"]?.text == "done" && trail?["subject"]?.text == "admin")

        // Said once more, in a later envelope, after the person has chosen a password.
        let schoolActor = Actor(unit: HostedSchool.school.code, account: "admin", roles: [.systemAdministrator])
        _ = try test.node.call("password.change", by: schoolActor, body: #"{"old":"\#(password)","new":"Spring-2026-x"}"#)
        try test.say(payload)
        try test.node.settle()
        #expect(test.mustChange("Spring-2026-x") == false && test.mustChange(password) == nil)
        #expect(try test.states() == ["done"])
    }

    @Test func `an older order never overrides a newer one, whatever comes first`() throws {
        let test = try HostedSchool(seed: 602)
        let (old, new) = (try test.reset(1), try test.reset(2, by: .centre))
        try test.say(new.payload, by: .centre)
        try test.node.settle()
        try test.say(old.payload)
        try test.node.settle()
        #expect(test.mustChange(new.password) == true && test.mustChange(old.password) == nil)
        #expect(try test.states() == ["superseded"] && test.states(.centre) == ["done"])
        // Two at once that did not know of each other: the one from nearer the root counts.
        let (low, high) = (try test.reset(3), try test.reset(3, by: .centre))
        try test.say(high.payload, by: .centre)
        try test.say(low.payload)
        try test.node.settle()
        #expect(test.mustChange(high.password) == true && test.mustChange(low.password) == nil)
    }

    @Test func `what is forged, misaddressed, from elsewhere or unbearable has no effect`() throws {
        let test = try HostedSchool(seed: 603)
        _ = try test.node.host(Unit(code: "450000", name: "广西教育厅", tier: .province, competent: .centre))
        var bad: [(payload: [UInt8], by: UnitCode, to: Audience)] = [
            (try test.reset(1, by: .centre).payload, HostedSchool.province, .unit(HostedSchool.school.code)),
            (try test.reset(1, by: "450000").payload, "450000", .unit(HostedSchool.school.code)),
            (try test.reset(1, by: "450000").payload, "450000", .up),
            (try test.reset(1).payload, HostedSchool.province, .subtree(HostedSchool.province)),
            (try test.reset(1).payload, HostedSchool.province, .unit(HostedSchool.province)),
            (try test.reset(1, by: HostedSchool.school.code).payload, HostedSchool.school.code, .unit(HostedSchool.school.code)),
            ([1, 2, 3], HostedSchool.province, .unit(HostedSchool.school.code)),
        ]
        for change in [
            { $0.account = "操作员" }, { $0.account = "operator" }, { $0.password = [] }, { $0.password[1] = 31 }, { $0.password[2] = 200 },
            { $0.unit = HostedSchool.province },
        ] as [(inout PasswordReset) -> Void] {
            bad.append((try test.reset(1, change).payload, HostedSchool.province, .unit(HostedSchool.school.code)))
        }
        for (payload, issuer, audience) in bad {
            #expect(throws: StoreError.self) { try test.say(payload, by: issuer, to: audience) }
        }
        let receipt = PasswordReceipt(unit: HostedSchool.school.code, reset: Hashing.sha256([]), outcome: .done, at: 1)
        #expect(throws: StoreError.self) { try test.say(Payload.encode(.receipt(receipt))) }
        try test.node.settle()
        #expect(test.mustChange(test.first) == true)
        #expect(try test.states().isEmpty)
    }

    @Test func `an order for an account that is not there is answered so`() throws {
        let test = try HostedSchool(seed: 604)
        try test.say(try test.reset(1) { $0.account = "wang" }.payload)
        try test.node.settle()
        #expect(try test.states() == ["noAccount"])
    }

    @Test func `an order for the node that was there before has no effect on the new one's accounts`() throws {
        let test = try HostedSchool(seed: 605)
        let (payload, password) = try test.reset(1)
        let above = Actor.localOperator(of: HostedSchool.province)
        _ = try test.node.call("units.unhost", by: above, ["unit": HostedSchool.school.code.text])
        let fresh = try test.node.call("units.host", by: above, ["unit": HostedSchool.school.code.text])["admin"]?["password"]?.text ?? ""
        try test.say(payload)
        try test.node.settle()
        #expect(test.mustChange(fresh) == true && test.mustChange(password) == nil)
        #expect(try test.states() == ["rebuilt"])
    }

    @Test func `while the unit's old streams are on their way back nothing is carried out, and what they tell counts`() throws {
        let test = try HostedSchool(seed: 606)
        let (payload, password) = try test.reset(1)
        try test.say(payload)
        try test.node.archive.write { _ = try $0.beginRecovery(.restored) }
        try test.node.settle()
        #expect(test.mustChange(test.first) == true)
        try test.node.archive.write { transaction in
            let id = Data(Hashing.sha256(payload).bytes)
            try transaction.database.execute(
                literal: "INSERT INTO password_receipt VALUES (\(id), \(HostedSchool.school.code.text), 'done', 1)")
            try transaction.database.execute(sql: "DELETE FROM recovering")
        }
        try test.node.settle()
        #expect(test.mustChange(test.first) == true && test.mustChange(password) == nil)
    }

    @Test func `an order taken back with its issuer's key closes the account and says so`() throws {
        let test = try HostedSchool(seed: 607)
        let (payload, password) = try test.reset(1)
        try test.say(payload)
        try test.node.settle()
        let thief = try test.node.signIn(password, unit: HostedSchool.school.code)
        try test.node.archive.write { transaction in
            let entry = Entry(act: transaction.surroundings.act(), kind: .passwordReset, payload: payload)
            let stream = StreamID(
                unit: HostedSchool.province, incarnation: try transaction.incarnation(of: HostedSchool.province), audience: .unit(HostedSchool.school.code))
            #expect(try PasswordResetProjection().withdraw(entry, of: stream, in: transaction))
        }
        try test.node.settle()
        #expect(throws: SignInFailure.self) { try test.node.session(thief) }
        #expect(test.mustChange(password) == nil)
        let alarms = try test.node.archive.read { try String.fetchAll($0.database, sql: "SELECT subject FROM alarm WHERE code = 'password.withdrawn'") }
        #expect(alarms == ["2144000001/admin"])
        let given = try test.node.call("accounts.reset", by: .localOperator(of: HostedSchool.school.code), ["account": "admin"])
        #expect(test.mustChange(given["accounts"]?.items.first?["password"]?.text ?? "") == true)
    }

    @Test func `the tables are the same when the journal is read anew`() throws {
        let test = try HostedSchool(seed: 608)
        try test.say(try test.reset(1).payload)
        try test.say(try test.reset(2, by: .centre).payload, by: .centre)
        try test.node.settle()
        let rebuilt = try test.node.archive.read { reading in
            try Rebuild(of: reading, original: test.node.archive, in: test.node.folder + "/rebuilt")
        }
        defer { rebuilt.remove() }
        let here = try test.node.archive.read { try TableDigest.all($0, of: test.node.archive) }
        let there = try rebuilt.archive.read { try TableDigest.all($0, of: rebuilt.archive) }
        #expect(here["password_reset"] == there["password_reset"] && here["password_receipt"] == there["password_receipt"])
    }
}
