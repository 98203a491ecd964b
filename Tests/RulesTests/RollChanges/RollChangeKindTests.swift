import Testing

@testable import Rules

@Suite struct RollChangeKindTests {
    @Test func `every kind has one row, with codes of the national tables`() {
        #expect(RollChangeKind.table.map(\.kind).count == RollChangeKind.allCases.count)
        #expect(Set(RollChangeKind.table.map(\.kind)) == Set(RollChangeKind.allCases))
        for rule in RollChangeKind.table {
            #expect(CodeTable.changeType.entry(for: rule.code) != nil, "\(rule.kind)")
            #expect(rule.causes.allSatisfy { CodeTable.changeReason.text(for: $0) != nil } && Set(rule.causes).count == rule.causes.count)
            #expect(!rule.from.isEmpty && !rule.stages.isEmpty && !rule.from.contains(.dead))
            #expect(rule.placement == nil || rule.to == .present, "a class is asked of who will be at school")
        }
    }

    @Test func `every standing can be reached, and but for death left again`() {
        for status in StudentStatus.allCases {
            #expect(RollChangeKind.table.contains { $0.to == status })
            #expect(RollChangeKind.table.contains { $0.from.contains(status) && $0.to == .present } || status == .dead)
        }
        #expect(RollChangeKind.death.rule.isTerminal && !RollChangeKind.dropOut.rule.freesClass && RollChangeKind.suspend.rule.freesClass)
    }

    @Test func `compulsory education knows no quitting and no expelling, and only there a child drops out`() {
        #expect(RollChangeKind.table.filter { $0.stages == [.senior] }.map(\.kind) == [.quit, .expel])
        #expect(RollChangeKind.table.filter { !$0.stages.contains(.senior) }.map(\.kind) == [.dropOut])
        #expect(StudentStatus.droppedOut.keepsRegistration, "the registration is kept")
    }

    /// The golden list: kind, code, name, standings, what is asked for.
    @Test func `the table is the golden one`() {
        let lines = RollChangeKind.table.map { rule in
            let from = StudentStatus.allCases.filter(rule.from.contains).map(\.rawValue).joined(separator: "+")
            let asks = [
                rule.causes.isEmpty ? nil : "cause", rule.asksUntil ? "until" : nil, rule.asksCountry ? "country" : nil,
                rule.placement.map { "class:\($0.rawValue)" }, rule.needsCertificate ? "certificate" : nil, rule.needsPolicy ? "policy" : nil,
                rule.isReport ? "report" : nil,
            ].compactMap(\.self).joined(separator: " ")
            return "\(rule.kind.rawValue) \(rule.code) \(rule.name) \(from)->\(rule.to.rawValue) [\(asks)] \(rule.question)"
        }
        #expect(lines.joined(separator: "\n") == """
            suspend 11 休学 present+suspended->suspended [cause until certificate] Q80
            resume 12 复学 suspended->present [class:sameOrLater certificate] Q80
            dropOut 99 辍学 present+suspended->droppedOut [cause certificate report] Q80
            returnToSchool 12 离校复学 droppedOut+left->present [class:sameOrLater] M-SU
            leave 99 其他离校 present+suspended+droppedOut->left [cause certificate] Q80
            quit 31 退学 present+suspended->left [cause certificate] M-SU
            expel 42 开除学籍 present+suspended->left [cause certificate] M-SU
            goAbroad 01 出国 present+suspended+droppedOut->abroad [cause country certificate] Q82
            returnFromAbroad 08 回国复学 abroad->present [class:any certificate] Q82
            skipGrade 04 跳级 present->present [cause class:yearAbove certificate policy] M-SU
            repeatGrade 02 留级 present->present [cause class:yearBelow certificate policy] M-SU
            death 51 死亡 present+suspended+droppedOut+left+abroad->dead [cause certificate report] M-DEATH
            """)
    }
}
