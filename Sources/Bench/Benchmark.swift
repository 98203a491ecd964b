/// One thing that is measured: a file in `Figures`, a line in `BenchmarkList`.
///
/// It makes its own deterministic data, measures in several runs, holds what came out against the reference's or an oracle's answer, and
/// gives one figure or several.
public protocol Benchmark: Sendable {
    /// What `xueji bench NAME` says; its figures' identifiers begin with it.
    var name: String { get }
    /// One line for `xueji bench` without a name.
    var about: String { get }
    /// Rows without `--rows`.
    var rows: Int { get }

    /// - Parameter rows: how many; small numbers, as tests take, must do.
    func figures(rows: Int, at place: Workplace) async throws -> [Figure]
}

/// Every benchmark, in the order in which `all` runs them.
public enum BenchmarkList {
    public static let all: [any Benchmark] = [
        Intake(), DuplicateCheck(), DuplicateGrowth(), StoreGate(), WorkbookReading(), WireSize(), NodeAtRest(), Upload(),
        DecisionFiveTiers(), SearchMillion(), September(),
    ]

    public static func named(_ name: String) -> [any Benchmark] {
        name == "all" ? all : all.filter { $0.name == name }
    }
}
