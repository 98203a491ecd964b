/// One run of one side.
public struct Trial: Sendable, Hashable {
    /// Of the measured part alone.
    public var seconds: Double
    public var rows: Int
    /// Count or digest of what came out, to be held against the other side's.
    public var check: String
    /// Processor time of the measured part, where the side knows it.
    public var cpuSeconds: Double?

    public init(seconds: Double, rows: Int, check: String, cpuSeconds: Double? = nil) {
        self.seconds = seconds
        self.rows = rows
        self.check = check
        self.cpuSeconds = cpuSeconds
    }

    public var perSecond: Double { Double(rows) / max(seconds, 1e-9) }
}

/// Ours and the reference by turns, A B A B, so that both meet the same machine: one warm-up each, then the runs.
public struct Contest {
    public typealias Side = () async throws -> Trial

    let own: [Trial]
    let reference: [Trial]

    /// - Parameter reference: nil where it is not installed: our side runs alone then.
    public static func run(_ runs: Int, warmUp: Bool = true, own: Side, reference: Side?) async throws -> Contest {
        var mine: [Trial] = []
        var others: [Trial] = []
        for turn in 0..<(runs + (warmUp ? 1 : 0)) {
            let trial = try await own()
            let other = try await reference?()
            guard turn > 0 || !warmUp else { continue }
            mine.append(trial)
            if let other { others.append(other) }
        }
        return Contest(own: mine, reference: others)
    }

    /// Whether every run of both sides gave what is expected; by default what our first run gave.
    func agrees(expected: String?) -> Bool {
        guard let first = expected ?? own.first?.check else { return false }
        return (own + reference).allSatisfy { $0.check == first }
    }

    /// Rows a second, held against the reference's.
    /// - Parameters:
    ///   - expected: the oracle's check; nil where the two sides only have to agree. Alone and without an oracle nothing is proved, so
    ///     every benchmark has one or counts by another way.
    public func rate(
        _ id: String, _ name: String, unit: String = "rows/s", goal: Goal?, referenceName: String, expected: String? = nil, note: String? = nil
    ) -> Figure {
        Figure(
            id, name, values: own.map(\.perSecond), unit: unit, rows: own.first?.rows ?? 0, correct: agrees(expected: expected), goal: goal,
            reference: reference.isEmpty ? nil : (referenceName, reference.map(\.perSecond)), note: note ?? processorShare)
    }

    private var processorShare: String? {
        func microseconds(_ trials: [Trial]) -> String? {
            let values = trials.compactMap { trial in trial.cpuSeconds.map { $0 / Double(max(trial.rows, 1)) * 1e6 } }
            return values.isEmpty ? nil : "\((Median.of(values) * 100).rounded() / 100)"
        }
        guard let mine = microseconds(own) else { return nil }
        return "processor \(mine) us a row" + (microseconds(reference).map { ", reference \($0)" } ?? "")
    }
}
