/// A part's relations to others, by id.
final class Relationships: XMLSink {
    struct Target: Hashable {
        /// The last path component of the type: `worksheet`, `sharedStrings`, `officeDocument` …, the same in both editions.
        var kind: String
        /// Name inside the archive.
        var part: String
    }

    private(set) var targets: [String: Target] = [:]
    private let folder: String

    /// - Parameter part: the part that the relations start from; empty for the package itself.
    init(of part: String) { folder = Self.folder(of: part) }

    /// Where the relations of a part are kept.
    static func name(for part: String) -> String {
        let folder = folder(of: part)
        return folder + "_rels/" + part.dropFirst(folder.count) + ".rels"
    }

    func part(_ kind: String) -> String? { targets.values.filter { $0.kind == kind }.map(\.part).min() }

    func started(_ name: XMLName, _ attributes: XMLAttributes) throws(SheetError) {
        guard name == "Relationship", targets.count < 10_000, attributes.text("TargetMode") != "External",
              let id = attributes.text("Id"), let type = attributes.text("Type"), let target = attributes.text("Target"),
              let kind = type.split(separator: "/").last, let part = resolved(target) else { return }
        targets[id] = Target(kind: String(kind), part: part)
    }

    func characters(_ bytes: UnsafeBufferPointer<UInt8>) {}
    func ended(_ name: XMLName) throws(SheetError) {}

    /// Nil when the path leaves the archive.
    private func resolved(_ target: String) -> String? {
        let path = target.replacing("\\", with: "/")
        var parts: [Substring] = []
        for step in ((path.hasPrefix("/") ? "" : folder) + path).split(separator: "/") where step != "." {
            if step != ".." {
                parts.append(step)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }

    private static func folder(of part: String) -> String {
        part.lastIndex(of: "/").map { String(part[...$0]) } ?? ""
    }
}
