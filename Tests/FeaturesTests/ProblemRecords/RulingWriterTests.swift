@testable import Features
import Protocol
import Rules
import Store
import Testing

/// Words on pairs: who may say them, what they mean, what stays of them.
@Suite struct RulingWriterTests {
    private typealias C = SmallCountry
    private static let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)

    @Test func `evidence goes up to the lowest common authority, whose word on the pair ends both cases`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        let other = try world.enter(20, at: C.yueluFirst, [.name: "李四光"])
        try world.evidence(one, at: C.tianheFirst)
        try world.evidence(other, at: C.yueluFirst)
        let early = world.refusal { try world.rule(one, other, .different, upheld: one, as: C.tianhe) }
        #expect(early?.code == "ruling.authority" && early?.message.contains("教育部") == true)
        for unit in [C.tianhe, C.guangzhou, C.guangdong] {
            #expect(try world.dossier(one).holder == unit.code)
            #expect(try world.step("forward", [one], as: unit).done == [one])
        }
        for unit in [C.yuelu, C.changsha, C.hunan] { _ = try world.step("forward", [other], as: unit) }
        #expect(try world.dossier(one).holder == .centre && world.dossier(other).holder == .centre)
        #expect(try world.step("forward", [one], as: Self.centre).refused.first?.code == "case.ours")

        #expect(world.refusal { try world.rule(one, other, .different, as: Self.centre) }?.code == "ruling.upheld")
        try world.rule(one, other, .different, upheld: one, as: Self.centre)
        let (kept, lost) = (try world.dossier(one), try world.dossier(other))
        #expect(kept.state == .clean && kept.chain.last?.kind == .closeCase && kept.holder == C.tianheFirst.code)
        #expect(lost.state == .problem && lost.chain.last?.kind == .sendBackCase && lost.holder == C.yueluFirst.code)
        // The number was wrong there: changed, and checked again.
        try world.change(other, [.idNumber: world.number(78)], at: C.yueluFirst)
        for unit in [C.yuelu, C.changsha, C.hunan] { _ = try world.step("forward", [other], as: unit) }
        _ = try world.node.call("problems.approve", as: .centre, ["dossier": other])
        try world.node.settle()
        #expect(try world.dossier(other).state == .clean && world.dossier(one).state == .clean)
    }

    @Test func `different children without a number both stay, and a new third opens its own pairs`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(30, at: C.tianheFirst, ProblemCountry.withoutID)
        let other = try world.enter(30, at: C.tianheFirst, ProblemCountry.withoutID.merging([.numberInClass: "2"]) { $1 })
        try world.rule(one, other, .different, as: C.tianhe)
        #expect(try world.dossier(one).state == .clean && world.dossier(other).state == .clean)
        let third = try world.enter(30, at: C.yueluFirst, ProblemCountry.withoutID)
        for known in [one, other] {
            let dossier = try world.dossier(known)
            #expect(dossier.state == .problem && dossier.openPeers.map(\.dossier.description) == [third])
        }
        #expect(try Set(world.dossier(third).openPeers.map(\.dossier.description)) == [one, other])
        try world.rule(third, one, .different, as: Self.centre)
        try world.rule(third, other, .different, as: Self.centre)
        #expect(try [one, other, third].allSatisfy { try world.dossier($0).state == .clean })
    }

    @Test func `of one number one holder at most is upheld, and the higher tier's ruling prevails`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        let two = try world.enter(20, at: C.tianheFirst, [.name: "李四光"])
        let three = try world.enter(20, at: C.haizhuFirst, [.name: "钱学森"])
        try world.rule(one, two, .different, upheld: two, as: C.tianhe)
        try world.rule(two, three, .different, upheld: three, as: C.guangzhou)
        try world.rule(one, three, .different, upheld: one, as: C.guangzhou)
        #expect(try [one, two, three].allSatisfy { try world.dossier($0).state == .problem }, "each has lost once")
        try world.rule(one, two, .different, upheld: one, as: C.guangzhou)
        #expect(try [one, two, three].filter { try world.dossier($0).state == .clean } == [one])
        // The county says its word again: the city's goes on counting.
        try world.rule(one, two, .different, upheld: two, as: C.tianhe)
        #expect(try world.dossier(one).state == .clean && world.dossier(two).state == .problem)
    }

    @Test func `who may not rule is told who may, and nothing is said`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        let other = try world.enter(20, at: C.haizhuFirst)
        let alone = try world.enter(1, at: C.tianheFirst)
        let before = try world.country.fingerprint()
        #expect(world.refusal { try world.rule(one, other, .same, upheld: one, as: C.tianheFirst) }?.code == "ruling.tier")
        #expect(world.refusal { try world.rule(one, other, .same, upheld: one, as: C.tianhe) }?.code == "ruling.authority")
        #expect(world.refusal { try world.rule(one, other, .same, upheld: one, as: C.yuelu) }?.code == "dossier.unknown")
        #expect(world.refusal { try world.rule(one, alone, .different, as: C.guangzhou) }?.code == "ruling.nothing")
        #expect(world.refusal { try world.rule(one, other, .same, as: C.guangzhou) }?.code == "ruling.upheld")
        #expect(world.refusal { try world.rule(one, one, .genuine, upheld: one, as: C.tianhe) }?.code == "ruling.genuine")
        #expect(try world.country.fingerprint() == before)
        let registrar = Actor(unit: C.guangzhou.code, account: "r", roles: [.registrar])
        #expect(world.refusal {
            _ = try world.node.call(
                "problems.rule", as: C.guangzhou.code,
                body: "{\"first\":\"\(one)\",\"second\":\"\(other)\",\"finding\":\"same\",\"upheld\":\"\(one)\",\"reason\":\"x\"}", actor: registrar)
        }?.code == "role")
    }

    /// By hand, past the gate: a word of an authority that is not above both homes is void at every node.
    @Test func `a ruling by an authority that is not above both homes does not count`() throws {
        let world = try ProblemCountry()
        let (one, other) = (try world.dossier(world.enter(20, at: C.tianheFirst)), try world.dossier(world.enter(20, at: C.haizhuFirst)))
        let forged = Ruling(
            CaseParty(dossier: one.id, home: one.home, topology: 0), CaseParty(dossier: other.id, home: other.home, topology: 0),
            finding: .different, upheld: one.id, idNumber: KeyFields(one.record).idNumber, by: C.tianhe.code, tier: .county, position: 1,
            reason: "x", at: 0)
        #expect(throws: StoreError.self) {
            try world.node.archive.write { transaction in
                try transaction.append(.ruling, Payload.encode(forged), as: C.tianhe.code, to: .unit(one.home))
            }
        }
        #expect(try world.dossier(one.id.description).rulings.isEmpty)
    }
}

extension ProblemCountry {
    /// A well-formed number that nobody else here has.
    func number(_ sequence: Int) -> String {
        let body = "440106201603050" + String(sequence + 100).suffix(2)
        return body + (ResidentIDNumber.checkDigit(for17: body).map(String.init) ?? "")
    }
}
