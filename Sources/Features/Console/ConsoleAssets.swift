import Protocol

/// Files that all pages share, named by their content so that browsers keep them for good.
public enum ConsoleAssets {
    public struct File: Sendable, Hashable {
        public let path: String
        public let mediaType: String
        public let bytes: [UInt8]
    }

    static let style = file("console", "css", "text/css", ConsoleStyle.text)
    static let script = file("console", "js", "text/javascript", ConsoleScript.text)

    private static let byPath = [style.path: style, script.path: script]

    /// Nil when there is no such file.
    public static func file(_ path: String) -> File? { byPath[path] }

    private static func file(_ name: String, _ ending: String, _ mediaType: String, _ text: String) -> File {
        let bytes = Array(text.utf8)
        let digest = Hashing.sha256(bytes).description.prefix(12)
        return File(path: "/assets/\(name)-\(digest).\(ending)", mediaType: mediaType, bytes: bytes)
    }
}
