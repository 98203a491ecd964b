/// One figure of the node, or one for each value of a label, as Prometheus takes it. Never personal data: labels are codes of
/// units, alarms, causes and doors, and their number is bounded.
struct Gauge: Sendable, Hashable {
    struct Sample: Sendable, Hashable {
        var labels: [String: String] = [:]
        var value: Double
    }

    let name: String
    let help: String
    let samples: [Sample]

    init(_ name: String, _ help: String, _ value: Double) {
        self.init(name, help, [Sample(value: value)])
    }

    init(_ name: String, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.help = help
        self.samples = samples
    }

    /// Without samples nothing is told.
    var lines: [String] {
        guard !samples.isEmpty else { return [] }
        return ["# HELP \(name) \(help)", "# TYPE \(name) gauge"] + samples.map { sample in
            let labels = sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
            return name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") + " \(sample.value)"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
