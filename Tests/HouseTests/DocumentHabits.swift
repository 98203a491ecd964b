/// What the house asks of its documents and scripts.
enum DocumentHabits {
    static let readmeLines = 150

    static func readmeLength(_ file: SourceText) -> [Breach] {
        file.lines.count <= readmeLines ? [] : [Breach(file.path, "\(file.lines.count) lines, at most \(readmeLines)")]
    }

    /// Relative links lead to files that are there.
    static func links(_ file: SourceText, paths: Set<String>) -> [Breach] {
        let folder = file.path.split(separator: "/").dropLast().map(String.init)
        return file.lines.enumerated().flatMap { number, line in
            targets(line).compactMap { target in
                guard !target.contains("://"), !target.hasPrefix("#"), !target.hasPrefix("mailto:") else { return nil }
                let path = resolve(target.prefix { $0 != "#" }, from: folder)
                let isThere = paths.contains(path) || paths.contains { $0.hasPrefix(path + "/") }
                return isThere ? nil : Breach(file.path, number + 1, "a link to nowhere: \(target)")
            }
        }
    }

    /// What stands between `](` and `)`.
    private static func targets(_ line: Substring) -> [Substring] {
        var targets: [Substring] = []
        var rest = line
        while let opening = rest.firstIndex(of: "]") {
            rest = rest[rest.index(after: opening)...]
            if rest.first == "(", let closing = rest.firstIndex(of: ")") {
                targets.append(rest[rest.index(after: rest.startIndex)..<closing])
            }
        }
        return targets
    }

    private static func resolve(_ target: Substring, from folder: [String]) -> String {
        var parts = folder
        for part in target.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    private static let decisionParts = ["## Context", "## Decision", "## Rejected", "## Consequences"]

    /// A decision is one page of four parts, numbered without gaps.
    static func decisions(_ files: [SourceText]) -> [Breach] {
        let decisions = files.filter { $0.path.hasPrefix("docs/decisions/") }.sorted { $0.path < $1.path }
        return decisions.enumerated().flatMap { index, file -> [Breach] in
            var breaches: [Breach] = []
            if Int(file.name.prefix(4)) != index + 1 { breaches.append(Breach(file.path, "its number should be \(index + 1)")) }
            if file.lines.count > 80 { breaches.append(Breach(file.path, "longer than a page")) }
            breaches += decisionParts.filter { part in !file.lines.contains { $0 == part } }
                .map { Breach(file.path, "without its part “\($0)”") }
            return breaches
        }
    }

    /// Every script stops at the first failure, in a pipe as well.
    static func scripts(_ file: SourceText) -> [Breach] {
        guard file.lines.first == "#!/usr/bin/env bash" else { return [] }
        return file.lines.contains("set -euo pipefail") ? [] : [Breach(file.path, "without “set -euo pipefail”")]
    }
}
