import Features
import Protocol
import Rules
import Store
import Testing

struct AccountTests {
    static let centre = Actor.localOperator(of: .centre)

    @Test func `a wrong password and an unknown account are answered alike`() throws {
        let node = try AccountTestNode(seed: 101)
        let wrong = #expect(throws: SignInFailure.self) { try node.signIn("0000-0000-0000") }
        let unknown = #expect(throws: SignInFailure.self) { try node.signIn("0000-0000-0000", account: "nobody") }
        #expect(wrong == unknown)
        #expect(wrong?.refusal.code == "session.wrong")
    }

    @Test func `too many failures close the account for a while, also one that does not exist`() throws {
        let node = try AccountTestNode(seed: 102)
        for _ in 0..<6 { #expect(throws: SignInFailure.self) { try node.signIn("bad", account: "nobody") } }
        let closed = #expect(throws: SignInFailure.self) { try node.signIn("bad", account: "nobody") }
        guard case .tooManyAttempts(let refusal, let seconds) = closed else {
            Issue.record("expected the account to be closed, got \(String(describing: closed))")
            return
        }
        #expect(refusal.code == "session.closed" && seconds == 30)
        node.clock.advance(31)
        #expect(throws: SignInFailure.notSignedIn(refusalOfWrong(node))) { try node.signIn("bad", account: "nobody") }
    }

    private func refusalOfWrong(_ node: AccountTestNode) -> Refusal {
        do {
            _ = try node.signIn("bad", account: "somebody-else")
        } catch let failure as SignInFailure { return failure.refusal } catch {}
        return Refusal("none", "", remedy: "")
    }

    @Test func `a second sign-in ends the first and says why and when`() throws {
        let node = try AccountTestNode(seed: 103)
        let first = try node.signIn(node.password)
        #expect(try node.session(first).mustChange)
        let second = try node.signIn(node.password)
        #expect(try node.session(second).actor.account == "admin")
        let ended = #expect(throws: SignInFailure.self) { try node.session(first) }
        #expect(ended?.refusal.code == "session.ended")
        #expect(ended?.refusal.message.contains("该账号已在别处登录") == true)
        #expect(ended?.refusal.message.contains("2026年9月10日 10:") == true)
    }

    @Test func `an idle session ends`() throws {
        let node = try AccountTestNode(seed: 104)
        let token = try node.signIn(node.password)
        node.clock.advance(SessionShelf.idleLimit)
        #expect(try node.session(token).isStale)
        node.clock.advance(1)
        #expect(throws: SignInFailure.self) { try node.session(token) }
    }

    @Test func `the initial password never works again after the change`() throws {
        let node = try AccountTestNode(seed: 105)
        let actor = try node.session(try node.signIn(node.password)).actor
        let weak = #expect(throws: Refusal.self) {
            try node.call("password.change", by: actor, body: #"{"old":"\#(node.password)","new":"admin123"}"#)
        }
        #expect(weak?.code == "password.weak")
        let same = #expect(throws: Refusal.self) {
            try node.call("password.change", by: actor, body: #"{"old":"\#(node.password)","new":"\#(node.password)"}"#)
        }
        #expect(same?.code == "password.same")
        _ = try node.call("password.change", by: actor, body: #"{"old":"\#(node.password)","new":"Spring-2026"}"#)
        #expect(throws: SignInFailure.self) { try node.signIn(node.password) }
        let back = #expect(throws: Refusal.self) {
            try node.call("password.change", by: actor, body: #"{"old":"Spring-2026","new":"\#(node.password)"}"#)
        }
        #expect(back?.code == "password.same")
        #expect(try !node.session(try node.signIn("Spring-2026")).mustChange)
    }

    @Test func `a superior resets the password of a unit hosted here, nobody else's`() throws {
        let node = try AccountTestNode(seed: 106)
        let hosted = try node.call("units.host", by: Self.centre, ["unit": AccountTestNode.hosted.text])
        let oneTime = try #require(hosted["admin"]?["password"]?.text)
        let token = try node.signIn(oneTime, unit: AccountTestNode.hosted)
        let reset = try node.call("accounts.reset", by: Self.centre, ["account": "admin", "of": AccountTestNode.hosted.text])
        let fresh = try #require(reset["accounts"]?.items.first?["password"]?.text)
        #expect(fresh != oneTime)
        #expect(throws: SignInFailure.self) { try node.session(token) }
        #expect(throws: SignInFailure.self) { try node.signIn(oneTime, unit: AccountTestNode.hosted) }
        #expect(try node.session(try node.signIn(fresh, unit: AccountTestNode.hosted)).mustChange)

        let elsewhere = #expect(throws: Refusal.self) {
            try node.call("accounts.reset", by: Self.centre, ["account": "admin", "of": AccountTestNode.elsewhere.text])
        }
        // It has no node at all yet; with one, the reset travels: see `PasswordResetOfficeTests`.
        #expect(elsewhere?.code == "account.noNode")
        let upwards = #expect(throws: Refusal.self) {
            try node.call(
                "accounts.reset", by: .localOperator(of: AccountTestNode.hosted), ["account": "admin", "of": "000000"])
        }
        #expect(upwards?.code == "account.notBelow" && upwards?.kind == .permission)
    }

    @Test func `an account that nobody uses falls asleep and a reset wakes it`() throws {
        let node = try AccountTestNode(seed: 109)
        _ = try node.signIn(node.password)
        node.clock.advance(180 * 86_400)
        _ = try node.signIn(node.password)
        node.clock.advance(180 * 86_400 + 1)
        let asleep = #expect(throws: SignInFailure.self) { try node.signIn(node.password) }
        #expect(asleep?.refusal.code == "session.asleep")
        // Whoever does not know the password learns nothing of it.
        #expect(throws: SignInFailure.notSignedIn(refusalOfWrong(node))) { try node.signIn("0000-0000-0000") }
        #expect(try node.call("accounts.list", by: Self.centre)["accounts"]?.items.first?["asleep"] == .boolean(true))
        let reset = try node.call("accounts.reset", by: Self.centre, ["account": "admin"])
        let fresh = try #require(reset["accounts"]?.items.first?["password"]?.text)
        #expect(try node.session(try node.signIn(fresh)).mustChange)
    }

    @Test func `the trail of a unit below can be read from above, nobody else's`() throws {
        let node = try AccountTestNode(seed: 110)
        _ = try node.call("units.host", by: Self.centre, ["unit": AccountTestNode.hosted.text])
        let province = Actor.localOperator(of: AccountTestNode.hosted)
        try node.archive.write { try AuditTrail.record("students.show", by: province, subject: "0f", outcome: "done", in: $0) }
        let seen = try node.call("audit.list", by: Self.centre, ["of": AccountTestNode.hosted.text])
        #expect(seen["audit"]?.items.first?["operation"] == .string("students.show"))
        let upwards = #expect(throws: Refusal.self) { try node.call("audit.list", by: province, ["of": "000000"]) }
        #expect(upwards?.code == "audit.notBelow")
    }

    @Test func `an added account has its roles and a one-time password`() throws {
        let node = try AccountTestNode(seed: 107)
        let added = try node.call(
            "accounts.add", by: Self.centre, body: #"{"account":"wang","roles":["registrar","营养餐管理员"]}"#)
        #expect(added["accounts"]?.items.first?["roles"] == .array([.string("mealRegistrar"), .string("registrar")]))
        let again = #expect(throws: Refusal.self) {
            try node.call("accounts.add", by: Self.centre, body: #"{"account":"wang","roles":["head"]}"#)
        }
        #expect(again?.code == "account.exists")
        let strange = #expect(throws: Refusal.self) {
            try node.call("accounts.add", by: Self.centre, body: #"{"account":"li","roles":["king"]}"#)
        }
        #expect(strange?.code == "account.role")
    }

    @Test func `ending hosting takes key and accounts from this node`() throws {
        let node = try AccountTestNode(seed: 108)
        let hosted = try node.call("units.host", by: Self.centre, ["unit": AccountTestNode.hosted.text])
        let token = try node.signIn(
            try #require(hosted["admin"]?["password"]?.text), unit: AccountTestNode.hosted)
        _ = try node.call("units.unhost", by: Self.centre, ["unit": AccountTestNode.hosted.text])
        #expect(throws: SignInFailure.self) { try node.session(token) }
        #expect(try node.archive.read { try $0.hostedUnits() } == [.centre])
    }
}
