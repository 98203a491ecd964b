import Testing

@testable import Rules

/// What holds of every workflow table, and how one is written down to be compared.
enum WorkflowMatrix {
    /// One line a row.
    static func text(_ rows: [Transition]) -> String {
        rows.map { row in
            let guards = row.guards.map(\.rawValue).joined(separator: "+")
            let effects = row.effects.map(\.rawValue).joined(separator: "+")
            return "\(row.from.rawValue) --\(row.step.rawValue)/\(row.by.rawValue)--> \(row.to.rawValue) @\(row.holder.rawValue) [\(guards)] {\(effects)}"
        }.joined(separator: "\n")
    }

    /// - Parameter ends: stands without a step.
    static func expectEveryStandReached(in table: Workflow, ends: Set<Stand>) {
        var reached: Set<Stand> = [.none]
        for _ in Stand.allCases { for row in table.rows where reached.contains(row.from) { reached.insert(row.to) } }
        let stands = Set(table.rows.flatMap { [$0.from, $0.to] })
        #expect(reached == stands)
        #expect(Set(stands.filter { table.steps(from: $0).isEmpty }) == ends)
        for stand in stands {
            let steps = table.steps(from: stand).map(\.step)
            #expect(Set(steps).count == steps.count)
        }
    }
}
