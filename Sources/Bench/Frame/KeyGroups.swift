import Protocol
import Rules

/// The verdict set as one value: every key under which two and more stand, with their rows, and nothing of how they were found.
public enum KeyGroups {
    /// By a table from the text of the key to its rows; no hash, no sorting, one string a key.
    /// - Parameter share: of so many keys one is looked at, where there are too many for memory; chosen by their text.
    public static func oracle(_ parts: some Sequence<BenchKeys>, share: UInt64 = 1) -> String {
        var rows: [String: [Int]] = [:]
        for keys in parts {
            for row in keys.rows { for key in keys.fields(row).keys where isChosen(key, share) { rows[key.text, default: []].append(row) } }
        }
        return digest(rows.filter { $0.value.count > 1 })
    }

    public static func digest(_ groups: some Sequence<DuplicateGroup<DossierID>>, seed: UInt64, share: UInt64 = 1) -> String {
        var rows: [String: [Int]] = [:]
        for group in groups where isChosen(group.key, share) && group.members.count > 1 {
            rows[group.key.text] = group.members.map { BenchKeys.row(of: $0.subject, seed: seed) }
        }
        return digest(rows)
    }

    private static func digest(_ groups: [String: [Int]]) -> String {
        let lines = groups.map { "\($0.key)\t" + $0.value.sorted().map(String.init).joined(separator: ",") + "\n" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return "\(lines.count) " + Hashing.sha256(Array(lines.joined().utf8)).description
    }

    private static func isChosen(_ key: DuplicateKey, _ share: UInt64) -> Bool {
        share == 1 || key.text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } % share == 0
    }
}
