@testable import Features
import FoundationEssentials
import Protocol
import Rules
import Store
import Testing

/// School, county, city and province, and a county that decides in the same hour with its line cut: what everyone sees in the end.
@Suite struct OverrideJourneyTests {
    private typealias C = SmallCountry

    private func take(_ envelopes: [[UInt8]], _ reader: TestNode) throws {
        var waiting = envelopes
        for _ in 0..<50 where !waiting.isEmpty {
            waiting = try reader.archive.write { transaction in
                try waiting.filter { bytes in
                    let outcome = try transaction.accept(bytes, from: .parent).0
                    return outcome != .stored && outcome != .known
                }
            }
            try reader.settle()
        }
        #expect(waiting.count == 0)
    }

    /// - Returns: the world in which the province has decided, and the county's own node, which has heard nothing of it.
    private func bothDecide(_ seed: UInt64, _ decision: String) throws -> (OverrideCountry, TestNode, String) {
        let world = try OverrideCountry(seed: seed)
        let id = try world.submitted()
        world.pass(days: 15)
        try world.request(id)
        let copy = try TestNode.freshFolder()
        try world.node.archive.backup(to: copy + "/xueji.sqlite")
        let county = try TestNode(adopting: copy, seed: seed + 50)
        county.clock.advance(15 * 86_400)
        _ = try county.call("students.approve", as: C.tianhe.code, body: "{\"dossiers\":[\"\(id)\"]}")
        try world.decide(id, decision)
        return (world, county, id)
    }

    @Test(arguments: ["approve", "return"]) func `a decision of the holder in the same hour is void everywhere, in any order of arrival, and says why`(decision: String) throws {
        let (world, county, id) = try bothDecide(11, decision)
        let dossier = try #require(DossierID(hex: id))
        let own = try #require(try county.archive.read { try DossierShelf($0).dossier(dossier) }?.chain.last)
        #expect(own.kind == .approve && own.by == C.tianhe.code && own.provisionalNumber != nil)
        let known = Set(try world.node.envelopes(for: C.guangdong.code))
        // What of the county's streams the province's world lacks; the centre's numbers are another matter.
        let extra = try county.envelopes(for: C.guangdong.code)
            .filter { !known.contains($0) && (try? Envelope(bytes: $0).stream.unit) == C.tianhe.code }
        #expect(!extra.isEmpty)
        var folded: [Dossier] = []
        let all = try world.node.envelopes(for: C.guangdong.code)
        for (index, order) in [all + extra, extra + all].enumerated() {
            let node = try world.node.reader(seed: 300 + UInt64(index), of: C.guangdong.code)
            try take(order, node)
            folded.append(try #require(try node.archive.read { try DossierShelf($0).dossier(dossier) }))
            let path = try node.archive.read { try PathReport.report(dossier, sight: C.guangdong.code, $0) }
            let void = try #require(path.steps.first { $0.void })
            #expect(void.hash == own.hash.description && void.whyVoid == "广东省教育厅已强制干预，以其决定为准")
            #expect(path.steps.filter(\.inStead).map(\.by) == [C.guangdong.code.text])
        }
        #expect(folded[0] == folded[1])
        #expect(folded[0].state == (decision == "approve" ? .enrolled : .returned) && folded[0].void == [own.hash])
        #expect(folded[0].provisionalNumber != own.provisionalNumber, "the number on the void branch is burnt")
    }

    @Test func `from the school's request to its number every tier sees who is waited for and who decided`() throws {
        let world = try OverrideCountry(seed: 12)
        let id = try world.submitted()
        world.pass(days: 15)
        for unit in [C.tianheFirst, C.tianhe, C.guangzhou, C.guangdong] {
            let item = try #require(try world.list("overdue", as: unit).first)
            #expect(item.dossier == id && item.holder == C.tianhe.code.text && item.isOverdue && item.due == "2026-09-24")
            #expect(item.authority == C.guangdong.code.text && item.request == nil)
        }
        #expect(try world.list("overdue", as: C.haizhuFirst).isEmpty && world.list("overdue", as: C.yuelu).isEmpty)
        try world.request(id)
        for unit in [C.tianheFirst, C.tianhe, C.guangzhou, C.guangdong] {
            #expect(try world.list("requested", as: unit).first?.request?.reason == "已两次电话联系未办")
        }
        #expect(try world.list("ours", as: C.guangdong).map(\.dossier) == [id] && world.list("ours", as: C.tianhe).isEmpty)
        try world.decide(id, "return")
        #expect(try world.list("overdue", as: C.guangdong).isEmpty && world.list("requested", as: C.guangdong).isEmpty)
        for verb in ["review", "submit"] { #expect(try world.country.step(verb, [id], as: C.tianheFirst).done == [id]) }
        #expect(try world.country.step("approve", [id], as: C.tianhe).done == [id])
        let dossier = try world.world.dossier(id)
        #expect(dossier.formalNumber != nil && dossier.void.isEmpty && dossier.chain.map(\.workflow).max() == 5)
    }
}
