/// How rules stand together: side by side, or one after the other when a later one makes sense only if the earlier pass.
indirect enum Check: Sendable {
    case rule(Rule)
    /// Stops after the first part that blocks (error or problem); warnings and notices let the next part speak.
    case sequence([Check])
    case together([Check])
    /// Asked only where a look at the whole row says that a part may fail: most rows have nothing rare in any cell.
    case when(@Sendable (Subject) -> Bool, Check)

    var rules: [Rule] {
        switch self {
        case .rule(let rule): [rule]
        case .sequence(let parts), .together(let parts): parts.flatMap(\.rules)
        case .when(_, let part): part.rules
        }
    }

    /// Adds what the rules find; true when something blocks.
    @discardableResult
    func judge(_ subject: Subject, into findings: inout [Finding]) -> Bool {
        switch self {
        case .rule(let rule):
            let failures = rule.failures(subject)
            if failures.isEmpty { return false }
            findings.append(contentsOf: rule.findings(of: failures, on: subject))
            return rule.severity == .error || rule.severity == .problem
        case .sequence(let parts):
            for part in parts where part.judge(subject, into: &findings) { return true }
            return false
        case .together(let parts):
            var blocks = false
            for part in parts where part.judge(subject, into: &findings) { blocks = true }
            return blocks
        case .when(let applies, let part):
            return applies(subject) && part.judge(subject, into: &findings)
        }
    }
}

extension Array where Element == Rule {
    var together: Check { .together(map { .rule($0) }) }
    var sequence: Check { .sequence(map { .rule($0) }) }
}
