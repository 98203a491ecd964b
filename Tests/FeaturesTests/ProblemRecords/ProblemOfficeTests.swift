@testable import Features
import Rules
import Store
import Testing

/// What nodes do by themselves: grants, refusals, the end of cases that have nothing left to decide.
@Suite struct ProblemOfficeTests {
    private typealias C = SmallCountry
    private static let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)

    @Test func `of two schools that delete at once exactly one record stays, with its problem gone`() throws {
        for order in [false, true] {
            let world = try ProblemCountry()
            let one = try world.enter(20, at: C.tianheFirst)
            let other = try world.enter(20, at: C.haizhuFirst)
            #expect(try world.dossier(one).state == .problem && world.dossier(other).state == .problem)
            let both = order ? [(other, C.haizhuFirst), (one, C.tianheFirst)] : [(one, C.tianheFirst), (other, C.haizhuFirst)]
            for (dossier, school) in both { try world.requestDeletion(dossier, at: school, settling: false) }
            #expect(try world.dossier(one).holder == C.guangzhou.code && world.dossier(other).holder == C.guangzhou.code)
            try world.node.settle()
            let left = try [one, other].map { try world.dossier($0) }.filter { $0.stand != .deleted }
            #expect(left.count == 1 && left[0].state == .clean && left[0].openCase == nil)
            let last = try #require(left.first?.chain.last)
            #expect(last.kind == .refuseProblemDeletion && last.by == C.guangzhou.code && last.reason?.contains("最后一份") == true)
        }
    }

    @Test func `a deleted record stays visible to school and authority`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        _ = try world.enter(20, at: C.tianheFirst, [.name: "李四光"])
        try world.requestDeletion(one, at: C.tianheFirst)
        for unit in [C.tianheFirst, C.tianhe, C.guangzhou] {
            let deleted = try world.country.students(unit, ["state": "deleted"])
            #expect(deleted.map(\.dossier) == [one])
        }
    }

    @Test func `a group over two provinces is the centre's, a group in one county the county's`() throws {
        let world = try ProblemCountry()
        let near = try world.enter(20, at: C.tianheFirst)
        _ = try world.enter(20, at: C.tianheFirst, [.name: "李四光"])
        try world.requestDeletion(near, at: C.tianheFirst, settling: false)
        #expect(try world.dossier(near).holder == C.tianhe.code)
        let far = try world.enter(21, at: C.tianheFirst)
        _ = try world.enter(21, at: C.yueluFirst)
        try world.requestDeletion(far, at: C.tianheFirst, settling: false)
        #expect(try world.dossier(far).holder == .centre)
        try world.node.settle()
        #expect(try world.dossier(near).stand == .deleted && world.dossier(far).stand == .deleted)
    }

    @Test func `of three, two of them in one county, any order of deletions leaves exactly one or asks a person`() throws {
        let schools = [C.tianheFirst, C.tianheFirst, C.yueluFirst]
        for order in [[0, 1, 2], [0, 2, 1], [2, 0, 1]] {
            for settling in [false, true] {
                let world = try ProblemCountry()
                let group = try ["张伟", "李四光", "钱学森"].enumerated().map { try world.enter(20, at: schools[$0], [.name: $1]) }
                for index in order {
                    let refused = world.refusal { try world.requestDeletion(group[index], at: schools[index], settling: settling) }
                    #expect(refused.map { $0.code == "case.noProblem" } ?? true, "the last one is no problem any more")
                }
                try world.node.settle()
                let left = try group.filter { try world.dossier($0).stand != .deleted }
                #expect(!left.isEmpty, "\(order) \(settling)")
                if left.count == 1 { #expect(try world.dossier(left[0]).state == .clean) }
            }
        }
    }

    /// The centre has deleted one of two that share a county. Whether the county has deleted the other on account of it, it cannot know.
    @Test func `whom a county may have deleted meanwhile is nobody to rest on`() throws {
        let world = try ProblemCountry()
        let near = try world.enter(20, at: C.tianheFirst)
        let sister = try world.enter(20, at: C.tianheFirst, [.name: "李四光"])
        let far = try world.enter(20, at: C.yueluFirst, [.name: "钱学森"])
        try world.requestDeletion(near, at: C.tianheFirst)
        #expect(try world.dossier(near).stand == .deleted && world.dossier(near).chain.last?.by == .centre)
        try world.requestDeletion(far, at: C.yueluFirst)
        #expect(try world.dossier(far).chain.last?.reason?.contains("裁定") == true)
        try world.rule(sister, far, .same, upheld: sister, as: Self.centre)
        #expect(try world.dossier(far).stand == .deleted && world.dossier(sister).state == .clean)
    }

    @Test func `those left below one authority are that one's to decide`() throws {
        let world = try ProblemCountry()
        let near = try world.enter(20, at: C.tianheFirst)
        let sister = try world.enter(20, at: C.tianheFirst, [.name: "李四光"])
        let far = try world.enter(20, at: C.yueluFirst, [.name: "钱学森"])
        try world.requestDeletion(far, at: C.yueluFirst, settling: false)
        world.node.clock.advance(1)
        try world.requestDeletion(near, at: C.tianheFirst, settling: false)
        try world.node.settle()
        #expect(try world.dossier(far).stand == .deleted)
        #expect(try world.dossier(near).chain.last?.reason?.contains("广东省教育厅") == true)
        try world.requestDeletion(near, at: C.tianheFirst)
        #expect(try world.dossier(near).chain.last?.by == C.tianhe.code && world.dossier(sister).state == .clean)
    }

    @Test func `a record with a formal number is not deleted so, and by ruling its number stays reserved`() throws {
        let world = try ProblemCountry()
        let numbered = try world.enter(20, at: C.tianheFirst)
        for verb in ["review", "submit"] { _ = try world.country.step(verb, [numbered], as: C.tianheFirst) }
        _ = try world.country.step("approve", [numbered], as: C.tianhe)
        let number = try #require(try world.dossier(numbered).formalNumber)
        let double = try world.enter(20, at: C.haizhuFirst)
        let refused = world.refusal { try world.requestDeletion(numbered, at: C.tianheFirst) }
        #expect(refused?.code == "delete.formal")
        // The other may not be kept in its place: the number would be nobody's.
        for (one, other) in [(numbered, double), (double, numbered)] {
            #expect(world.refusal { try world.rule(one, other, .same, upheld: double, as: C.guangzhou) }?.code == "ruling.formal")
        }
        try world.rule(numbered, double, .same, upheld: numbered, as: C.guangzhou)
        #expect(try world.dossier(double).stand == .deleted && world.dossier(numbered).problems.isEmpty)
        #expect(try world.dossier(numbered).number == number)
    }

    @Test func `evidence that has nothing left to prove ends by itself, and what a person has ruled stays`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        let other = try world.enter(20, at: C.haizhuFirst)
        try world.evidence(one, at: C.tianheFirst)
        #expect(try world.dossier(one).openCase?.stand == .evidenceSubmitted && world.dossier(one).holder == C.tianhe.code)
        try world.requestDeletion(other, at: C.haizhuFirst)
        let left = try world.dossier(one)
        #expect(left.openCase == nil && left.chain.last?.kind == .closeCase && left.state == .clean && left.holder == C.tianheFirst.code)

        let twin = try world.enter(30, at: C.tianheFirst, ProblemCountry.withoutID)
        let sister = try world.enter(30, at: C.haizhuFirst, ProblemCountry.withoutID)
        try world.rule(twin, sister, .different, as: C.guangzhou)
        #expect(try world.dossier(twin).state == .clean && world.dossier(sister).state == .clean)
        let third = try world.enter(30, at: C.yueluFirst, ProblemCountry.withoutID)
        #expect(try world.dossier(twin).openPeers.map(\.dossier.description) == [third])
        try world.requestDeletion(third, at: C.yueluFirst)
        #expect(try world.dossier(third).stand == .deleted)
        #expect(try world.dossier(twin).state == .clean && world.dossier(twin).ruling(with: world.dossier(sister).id)?.finding == .different)
    }
}
