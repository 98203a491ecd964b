@testable import Features
import Rules
import Store
import Testing

/// Q70–Q73: who sets the fields, what may be applied for, when the new version is in force, what a hit does.
@Suite struct KeyChangeWriterTests {
    private typealias C = SmallCountry

    /// A pupil with a formal number, and all three tiers' fields set.
    private func enrolled(_ number: Int = 1, setting: Bool = true) throws -> (ProblemCountry, String) {
        let world = try ProblemCountry()
        if setting { try set(world) }
        return (world, try enrol(number, world))
    }

    private func enrol(_ number: Int, _ world: ProblemCountry, _ changes: [StudentField: String] = [:]) throws -> String {
        let id = try world.enter(number, at: C.tianheFirst, changes)
        for verb in ["review", "submit"] { #expect(try world.country.step(verb, [id], as: C.tianheFirst).done == [id]) }
        #expect(try world.country.step("approve", [id], as: C.tianhe).done == [id])
        return id
    }

    private func set(_ world: ProblemCountry) throws {
        try world.country.set("fields.controlled", "姓名", as: C.guangdong)
        try world.country.set("fields.controlled", "民族", as: C.guangzhou)
        try world.country.set("fields.controlled", "国籍/地区", as: C.tianhe)
    }

    private func apply(_ world: ProblemCountry, _ id: String, _ changes: [StudentField: String]) throws {
        let pairs = changes.map { "\"\($0.key.label)\":\"\($0.value)\"" }.joined(separator: ",")
        _ = try world.node.call(
            "keyData.apply", as: C.tianheFirst.code, ["dossier": id], body: "{\"reason\":\"户籍更正\",\"changes\":{\(pairs)}}")
        try world.node.settle()
    }

    private func step(_ verb: String, _ world: ProblemCountry, _ id: String, as unit: Unit, reason: String? = nil) throws -> SmallCountry.Outcome {
        let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
        let outcome: SmallCountry.Outcome = try world.country.decode(
            world.node.call("keyData.\(verb)", as: unit.code, body: "{\"dossiers\":[\"\(id)\"]\(reason)}"))
        try world.node.settle()
        return outcome
    }

    private func approve(_ world: ProblemCountry, _ id: String, as unit: Unit = C.tianhe) throws {
        _ = try world.node.call("keyData.approve", as: unit.code, ["dossier": id])
        try world.node.settle()
    }

    @Test func `while a tier has set no fields nothing is changed, and the refusal names that tier`() throws {
        let (world, id) = try enrolled(setting: false)
        try world.attach(id, at: C.tianheFirst)
        try world.country.set("fields.controlled", "姓名", as: C.guangdong)
        try world.country.set("fields.controlled", "民族", as: C.tianhe)
        let refused = world.refusal { try apply(world, id, [.name: "张玮"]) }
        #expect(refused?.code == "controlled.unset" && refused?.question == "Q70")
        #expect(refused?.message.contains("受控字段未设置") == true && refused?.message.contains("广州市教育局") == true)
        #expect(refused?.message.contains("天河区教育局") == false)
        try world.country.set("fields.controlled", "民族", as: C.guangzhou)
        try apply(world, id, [.name: "张玮"])
        #expect(try world.dossier(id).openCase?.stand == .keyChangePrepared)
    }

    @Test func `an application needs a file, may be mended and taken back before review, and comes into force with the approval`() throws {
        let (world, id) = try enrolled()
        #expect(world.refusal { try apply(world, id, [.name: "张玮"]) }?.code == "case.evidence")
        try world.attach(id, at: C.tianheFirst)
        #expect(world.refusal { try apply(world, id, [.phone: "13900000001"]) }?.code == "controlled.other")
        try apply(world, id, [.name: "张玮"])
        try apply(world, id, [.name: "张炜", .ethnicity: "满族"])
        #expect(try step("withdraw", world, id, as: C.tianheFirst).done == [id])
        #expect(try world.dossier(id).openCase == nil && world.dossier(id).stand == .enrolled)
        try apply(world, id, [.name: "张炜", .ethnicity: "满族"])
        let before = try world.dossier(id)
        #expect(try step("submit", world, id, as: C.tianheFirst).done == [id])
        #expect(try step("withdraw", world, id, as: C.tianheFirst).refused.first?.code == "holder")
        #expect(try world.dossier(id).holder == C.tianhe.code && world.dossier(id).record == before.record)
        #expect(try world.dossier(id).state == .enrolled, "the pupil stays what he is meanwhile")
        #expect(try step("return", world, id, as: C.tianhe).refused.first?.code == "reason")
        #expect(try step("return", world, id, as: C.tianhe, reason: "材料不清").done == [id])
        #expect(try world.dossier(id).openCase?.stand == .keyChangePrepared)
        #expect(try step("submit", world, id, as: C.tianheFirst).done == [id])
        try approve(world, id)
        let after = try world.dossier(id)
        #expect(after.record.name == "张炜" && after.record[.ethnicity] != before.record[.ethnicity] && after.openCase == nil)
        #expect(after.number == before.number && after.problems.isEmpty && after.isClean(atLeast: .centre))
    }

    @Test func `a formal number stays when the ID number changes`() throws {
        let (world, id) = try enrolled()
        let number = try #require(try world.dossier(id).formalNumber)
        try world.attach(id, at: C.tianheFirst)
        try apply(world, id, [.idNumber: world.number(90)])
        _ = try step("submit", world, id, as: C.tianheFirst)
        try approve(world, id)
        #expect(try world.dossier(id).record.idNumber == world.number(90) && world.dossier(id).number == number)

        #expect(try world.dossier(id).problems.isEmpty)
    }

    /// The register answers later, and does not know the number: the pupil keeps the L number until it is mended and checked.
    @Test func `a provisional number becomes formal after the check of what was mended, and evidence alone upholds the number`() throws {
        let world = try ProblemCountry(adapter: .batchFiles(folder: "unused"))
        func answer(_ id: String, _ verdict: IdentityVerdict) throws {
            let dossier = try world.dossier(id)
            let digest = try #require(dossier.keyDigest)
            try world.node.archive.write { try NumberOffice.answer(dossier.id, home: dossier.home, digest, verdict, in: $0) }
            try world.node.settle()
        }
        let held = try enrol(40, world)
        try answer(held, .unknown)
        #expect(try world.dossier(held).formalNumber == nil && world.dossier(held).problems == ["id_bad"])
        let provisional = try #require(try world.dossier(held).provisionalNumber)
        try world.change(held, [.idNumber: world.number(92)], at: C.tianheFirst)
        _ = try world.node.call("problems.approve", as: C.tianhe.code, ["dossier": held])
        try world.node.settle()
        #expect(try world.dossier(held).problems.isEmpty && world.dossier(held).formalNumber == nil)
        try answer(held, .matched)
        #expect(try world.dossier(held).formalNumber == "G" + world.number(92) && world.dossier(held).provisionalNumber == provisional)

        let other = try enrol(42, world)
        try answer(other, .mismatch)
        try world.evidence(other, at: C.tianheFirst)
        #expect(try world.dossier(other).holder == C.tianhe.code)
        try world.rule(other, other, .genuine, as: C.tianhe)
        let upheld = try world.dossier(other)
        #expect(upheld.problems.isEmpty && upheld.openCase == nil && upheld.formalNumber == nil && upheld.chain.last?.kind == .closeCase)
    }

    @Test func `a hit of the proposed version makes a problem record before anyone approves, and a ruling lets it go on`() throws {
        let (world, id) = try enrolled()
        let other = try world.enter(20, at: C.haizhuFirst)
        let number = try world.dossier(other).record.idNumber
        try world.attach(id, at: C.tianheFirst)
        try apply(world, id, [.idNumber: number])
        #expect(try world.dossier(id).problems == ["id_dup"] && world.dossier(other).problems.isEmpty)
        #expect(try world.dossier(id).openPeers.map(\.dossier.description) == [other])
        #expect(try step("submit", world, id, as: C.tianheFirst).done == [id])
        #expect(world.refusal { try approve(world, id) }?.code == "case.proposal")
        #expect(try step("forward", world, id, as: C.tianhe).done == [id])
        #expect(world.refusal { try approve(world, id, as: C.guangzhou) }?.code == "case.proposal")
        try world.rule(id, other, .different, upheld: id, as: C.guangzhou)
        #expect(try world.dossier(id).problems.isEmpty)
        try approve(world, id, as: C.guangzhou)
        #expect(try world.dossier(id).record.idNumber == number && world.dossier(id).problems.isEmpty)
        #expect(try world.dossier(other).problems == ["id_dup"], "its number is the other's: the school changes it")
    }

    @Test func `two proposals with one number see each other, and the other's end lets the first go on`() throws {
        let (world, one) = try enrolled()
        let two = try enrol(2, world)
        let free = world.number(90)
        for id in [one, two] { try world.attach(id, at: C.tianheFirst) }
        try apply(world, one, [.idNumber: free])
        #expect(try world.dossier(one).problems.isEmpty)
        try apply(world, two, [.idNumber: free])
        for (id, other) in [(one, two), (two, one)] {
            #expect(try world.dossier(id).problems == ["id_dup"] && world.dossier(id).openPeers.map(\.dossier.description) == [other])
        }
        #expect(try step("submit", world, one, as: C.tianheFirst).done == [one])
        #expect(world.refusal { try approve(world, one) }?.code == "case.proposal")
        #expect(try step("withdraw", world, two, as: C.tianheFirst).done == [two])
        #expect(try world.dossier(one).problems.isEmpty && world.dossier(two).problems.isEmpty)
        try approve(world, one)
        #expect(try world.dossier(one).record.idNumber == free && world.dossier(one).problems.isEmpty)
        try apply(world, two, [.idNumber: free])
        #expect(try world.dossier(two).problems == ["id_dup"] && world.dossier(one).problems.isEmpty, "a record is not judged by a proposal")
    }

    @Test func `a ruling gives the number that two have proposed to one of them`() throws {
        let (world, one) = try enrolled()
        let two = try enrol(2, world)
        let free = world.number(90)
        for id in [one, two] {
            try world.attach(id, at: C.tianheFirst)
            try apply(world, id, [.idNumber: free])
            #expect(try step("submit", world, id, as: C.tianheFirst).done == [id])
        }
        try world.rule(one, two, .different, upheld: two, as: C.tianhe)
        #expect(try world.dossier(two).problems.isEmpty && world.dossier(one).problems == ["id_dup"])
        try approve(world, two)
        #expect(world.refusal { try approve(world, one) }?.code == "case.proposal")
        #expect(try world.dossier(two).record.idNumber == free && world.dossier(two).problems.isEmpty)
        #expect(try step("return", world, one, as: C.tianhe, reason: "号码已裁定给他人").done == [one])
        struct Returned: Decodable { struct Item: Decodable { let returned: String? }; let changes: [Item] }
        func reasons() throws -> [String?] {
            let list: Returned = try world.country.decode(world.node.call("keyData.list", as: C.tianheFirst.code))
            return list.changes.map(\.returned)
        }
        #expect(try reasons() == ["号码已裁定给他人"], "the school sees why where it mends it")
        try apply(world, one, [.idNumber: world.number(92)])
        #expect(try reasons() == [nil])
        #expect(try world.dossier(one).problems.isEmpty, "a mended proposal is another one")
    }

    @Test(arguments: ["123", "440106201603050199", "４４０１"])
    func `a proposed number of wrong form or check digit is refused at once`(_ number: String) throws {
        let (world, id) = try enrolled()
        try world.attach(id, at: C.tianheFirst)
        let refused = world.refusal { try apply(world, id, [.idNumber: number]) }
        #expect(refused?.question == "Q61" || refused?.question == "Q46", "\(String(describing: refused))")
        #expect(try world.dossier(id).openCase == nil)
    }

    @Test func `what is wrong with the number alone goes back to the school, what is a double is ruled on first`() {
        #expect(StepRefusals.proposal(["id_bad"]).remedy.contains("退回学校") && !StepRefusals.proposal(["id_bad"]).remedy.contains("裁定"))
        #expect(StepRefusals.proposal(["id_bad", "id_dup"]).remedy.contains("裁定"))
    }

    @Test func `who comes to stand under the proposed number meanwhile makes it a problem`() throws {
        let (world, id) = try enrolled()
        try world.attach(id, at: C.tianheFirst)
        let rival = ProblemCountry.C.row(20, "2022101", at: C.yueluFirst)[.idNumber]?.text ?? ""
        try apply(world, id, [.idNumber: rival])
        #expect(try world.dossier(id).problems.isEmpty)
        let other = try world.enter(20, at: C.yueluFirst)
        #expect(try world.dossier(id).problems == ["id_dup"] && world.dossier(other).problems.isEmpty)
        try world.requestOrdinaryDeletion(other, at: C.yueluFirst)
        #expect(try world.dossier(id).problems.isEmpty)
    }
}

extension ProblemCountry {
    func requestOrdinaryDeletion(_ dossier: String, at school: Unit) throws {
        _ = try node.call("students.delete", as: school.code, ["dossier": dossier])
        try node.settle()
    }
}
