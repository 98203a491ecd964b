import Foundation

/// The files of the house as they stand on disk.
struct SourceTree: Sendable {
    let files: [SourceText]
    /// Every path, of files that are no text as well.
    let paths: Set<String>

    static let house = SourceTree(top: top)

    /// The folder with Package.swift, found from this file's own place; a link to it leads to the real one.
    static let top: String = {
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    }()

    private static let folders = ["Sources", "Tests", "deploy", "docs", ".ci"]
    private static let loose = ["README.md", "CHANGELOG.md", "Package.swift"]

    init(top: String) {
        var paths: [String] = Self.loose
        for folder in Self.folders {
            for path in FileManager.default.enumerator(atPath: top + "/" + folder) ?? .init() {
                guard let path = path as? String, !path.contains("__pycache__") else { continue }
                paths.append(folder + "/" + path)
            }
        }
        self.paths = Set(paths.filter { FileManager.default.fileExists(atPath: top + "/" + $0) })
        files = self.paths.sorted().compactMap { path in
            guard !path.contains("/Fixtures/"), let text = try? String(contentsOfFile: top + "/" + path, encoding: .utf8)
            else { return nil }
            return SourceText(path, text)
        }
    }

    var sources: [SourceText] { files.filter(\.isSource) }
    var swift: [SourceText] { files.filter(\.isSwift) }
    var documents: [SourceText] { files.filter { $0.path.hasSuffix(".md") } }

    func file(_ path: String) -> SourceText? { files.first { $0.path == path } }

    func isExecutable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: Self.top + "/" + path) }
}
