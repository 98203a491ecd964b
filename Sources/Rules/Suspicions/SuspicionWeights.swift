import Foundation

/// The weights of the search for suspicions after Fellegi and Sunter: how often each level of each field occurs between
/// two records of one child, of siblings and of twins. Between strangers the file at hand says it, value by value.
///
/// Weights are data: a text of one line a weight, trained by `xueji audit --train` from decided pairs, with a shipped default.
public struct SuspicionWeights: Sendable, Hashable {
    /// Who two records may belong to.
    public enum Relation: Int, Sendable, Hashable, CaseIterable {
        case same, siblings, twins
    }

    /// Pairs of each relation per record, before anything is compared.
    public var pairsPerRecord: [Double] = [0.01, 0.04, 0.006]
    /// The least score that is raised: log2 of the odds that the two are one child.
    public var threshold = 3.0
    /// log2 of probabilities: by relation, field and level. Level `unknown` is 0.
    private(set) var logs: [[[Double]]]

    /// Weights that say nothing.
    init() {
        logs = Relation.allCases.map { _ in SuspicionField.allCases.map { $0.levels.map { _ in 0 } } }
    }

    func log(_ relation: Relation, _ field: SuspicionField, _ level: UInt8) -> Double { logs[relation.rawValue][field.index][Int(level)] }

    mutating func set(_ relation: Relation, _ field: SuspicionField, _ level: Int, _ probability: Double) {
        logs[relation.rawValue][field.index][level] = level == 0 ? 0 : log2(max(probability, 1e-6))
    }

    // MARK: Text

    /// Reads weights back. Lines: `pairs SAME SIBLINGS TWINS`, `threshold BITS`, `FIELD LEVEL SAME SIBLINGS TWINS`
    /// (probabilities), `# …`. Nil unless every level of every field is there once and every number makes sense.
    public init?(text: String) {
        self.init()
        var missing = Set(SuspicionField.allCases.flatMap { field in field.levels.dropFirst().map { "\(field.rawValue) \($0)" } })
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            let values = words.drop { Double($0) == nil }.compactMap(Double.init)
            guard values.allSatisfy({ $0.isFinite }) else { return nil }
            switch (words.first, values.count) {
            case ("pairs", 3) where values.allSatisfy { $0 > 0 }: pairsPerRecord = Array(values)
            case ("threshold", 1): threshold = values[0]
            case (let name?, 3) where words.count == 5 && values.allSatisfy { (0...1).contains($0) }:
                guard let field = SuspicionField(rawValue: name), let level = field.levels.firstIndex(of: words[1]),
                      missing.remove("\(name) \(words[1])") != nil else { return nil }
                for relation in Relation.allCases { set(relation, field, level, values[relation.rawValue]) }
            case (nil, _): continue
            default: return nil
            }
        }
        guard missing.isEmpty else { return nil }
    }

    /// The text that `init(text:)` reads.
    public var text: String {
        var lines = ["pairs " + pairsPerRecord.map { Self.number($0) }.joined(separator: " "), "threshold \(Self.number(threshold))"]
        for field in SuspicionField.allCases {
            for (level, name) in field.levels.enumerated().dropFirst() {
                let values = Relation.allCases.map { Self.number(exp2(logs[$0.rawValue][field.index][level])) }
                lines.append("\(field.rawValue) \(name) " + values.joined(separator: " "))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func number(_ value: Double) -> String { String(format: "%.6g", value) }
}
