@testable import Features
import Rules
import Store
import Testing

/// 在办业务清理 (Q87): what goes back in one go, to where it stood before, and what does not. From Thursday, 10 September 2026.
@Suite struct OpenCaseClearingTests {
    private typealias C = SmallCountry

    private struct Cleared: Decodable {
        struct Refused: Decodable { let dossier, code: String }
        let done: [String]
        let refused: [Refused]
        let left: Int
    }

    private func clear(_ body: String, as unit: Unit, _ world: RollCountry) throws -> Cleared {
        let cleared: Cleared = try world.country.decode(world.node.call("cases.clear", as: unit.code, body: body))
        try world.node.settle()
        return cleared
    }

    private func suspending(_ number: Int, _ world: RollCountry) throws -> String {
        let id = try world.enrolled(number)
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        return id
    }

    @Test func `a school withdraws what it has prepared, by kind and age, and each pupil stands where he stood before`() throws {
        let world = try RollCountry()
        let old = [try suspending(1, world), try suspending(2, world)]
        world.node.clock.advance(20 * 86_400)
        let (fresh, submitted) = (try suspending(3, world), try suspending(4, world))
        try world.step("submit", submitted, as: C.tianheFirst)
        let cleared = try clear(#"{"business":"rollChange","days":10}"#, as: C.tianheFirst, world)
        #expect(Set(cleared.done) == Set(old) && cleared.refused.isEmpty && cleared.left == 0)
        for id in old {
            let dossier = try world.dossier(id)
            #expect(dossier.openCase == nil && dossier.stand == .enrolled && dossier.roll.status == .present && dossier.holder == C.tianheFirst.code)
        }
        #expect(try world.dossier(fresh).openCase?.stand == .rollChangePrepared && world.dossier(submitted).openCase?.stand == .rollChangeSubmitted)
        #expect(try clear(#"{"business":"rollChange"}"#, as: C.tianheFirst, world).done == [fresh], "the county's is the county's")
        #expect(try clear(#"{"business":"rollChange"}"#, as: C.tianheFirst, world).done.isEmpty)
        // The pupils are free for other business.
        try world.attach(old[0], "新病历")
        try world.apply(old[0], .suspend, RollCountry.suspension)
        #expect(try world.dossier(old[0]).openCase?.stand == .rollChangePrepared)
    }

    @Test func `an authority returns what is before it, with a reason, and the school then withdraws it`() throws {
        let world = try RollCountry(seed: 2)
        let ids = [try suspending(1, world), try suspending(2, world)]
        for id in ids { try world.step("submit", id, as: C.tianheFirst) }
        let silent = try clear(#"{"business":"rollChange"}"#, as: C.tianhe, world)
        #expect(silent.done.isEmpty && Set(silent.refused.map(\.dossier)) == Set(ids), "without a reason nothing goes back")
        #expect(try clear(#"{"business":"rollChange","unit":"440105"}"#, as: C.guangzhou, world).done.isEmpty, "not with the city")
        #expect(try Set(clear(#"{"business":"rollChange","reason":"升级前清理"}"#, as: C.tianhe, world).done) == Set(ids))
        for id in ids { #expect(try world.dossier(id).openCase?.stand == .rollChangePrepared) }
        #expect(try Set(clear(#"{"business":"rollChange"}"#, as: C.tianheFirst, world).done) == Set(ids))
        for id in ids { #expect(try world.dossier(id).openCase == nil) }
    }

    @Test func `named dossiers are taken one by one: what cannot go back says why and keeps none of the others`() throws {
        let world = try RollCountry(seed: 3)
        let (prepared, idle, registering) = (try suspending(1, world), try world.enrolled(2), try world.world.enter(3, at: C.tianheFirst))
        for verb in ["review", "submit"] { #expect(try world.country.step(verb, [registering], as: C.tianheFirst).done == [registering]) }
        let changing = try world.enrolled(4)
        for unit in [C.guangdong, C.guangzhou, C.tianhe] { try world.country.set("fields.controlled", "姓名", as: unit) }
        try world.world.attach(changing, at: C.tianheFirst)
        _ = try world.node.call("keyData.apply", as: C.tianheFirst.code, ["dossier": changing], body: #"{"reason":"更名","changes":{"姓名":"张玮"}}"#)
        try world.node.settle()
        let names = [prepared, idle, registering, changing, "00"].map { "\"\($0)\"" }.joined(separator: ",")
        let cleared = try clear("{\"dossiers\":[\(names)]}", as: C.tianheFirst, world)
        #expect(cleared.done == [prepared, changing])
        #expect(cleared.refused.map(\.code) == ["cases.clearing.none", "cases.clearing.none", "dossier.id"])
        #expect(try world.dossier(changing).openCase == nil && world.dossier(registering).stand == .submitted)
        #expect(try clear("{\"dossiers\":[\"\(prepared)\"]}", as: C.haizhuFirst, world).refused.count == 1)
    }

    @Test func `transfers, registrations and deletions are not cleared in bulk, nor is everything at once`() throws {
        let world = try RollCountry(seed: 4)
        for body in ["{}", #"{"business":"transfer"}"#, #"{"business":"registration"}"#, #"{"business":"deletion"}"#] {
            #expect(try world.country.refusal("cases.clear", as: C.tianheFirst, body: body).code == "cases.clearing.business", "\(body)")
        }
        #expect(try world.country.refusal("cases.clear", as: C.tianheFirst, body: #"{"business":"rollChange","days":-1}"#).code == "cases.days")
    }

    @Test func `more than one request holds are left for the next, and told`() throws {
        let world = try RollCountry(seed: 5)
        let ids = [try suspending(1, world), try suspending(2, world)]
        let first = try world.node.archive.write { transaction in
            try OpenCaseClearing(actor: .localOperator(of: C.tianheFirst.code), transaction: transaction)
                .clear(.init(dossiers: nil, business: "rollChange", unit: nil, days: nil, reason: nil), most: 1)
        }
        #expect(first.done.count == 1 && first.left == 1)
        let second = try clear(#"{"business":"rollChange"}"#, as: C.tianheFirst, world)
        #expect(Set(first.done + second.done) == Set(ids) && second.left == 0)
    }

    @Test func `the list and the sums narrow by unit and age`() throws {
        struct Total: Decodable { let total: Int }
        let world = try RollCountry(seed: 6)
        _ = try suspending(1, world)
        world.node.clock.advance(10 * 86_400)
        _ = try suspending(2, world)
        func total(_ operation: String, _ parameters: [String: String], as unit: Unit = C.guangzhou) throws -> Int {
            let page: Total = try world.country.decode(world.node.call(operation, as: unit.code, parameters))
            return page.total
        }
        for operation in ["cases.list", "cases.holders"] {
            #expect(try total(operation, [:]) == 2 && total(operation, ["days": "0"]) == 2 && total(operation, ["days": "1"]) == 1)
            #expect(try total(operation, ["days": "10"]) == 1 && total(operation, ["days": "11"]) == 0)
            #expect(try total(operation, ["unit": "440106"]) == 2 && total(operation, ["unit": "440105"]) == 0)
            #expect(try total(operation, ["unit": C.tianheFirst.code.text, "days": "5"]) == 1)
            #expect(try world.country.refusal(operation, as: C.guangzhou, ["unit": "430000"]).code == "sight")
            #expect(try world.country.refusal(operation, as: C.guangzhou, ["days": "x"]).code == "cases.days")
        }
    }
}
