/// Which room may import what. Dependencies point one way: Rules ← Protocol ← {Store, Replication}; Features → the former and
/// Sheets; Node → all. Package.swift makes the compiler refuse the rest; this table also names what comes with the toolchain.
enum ImportGraph {
    static let allowed: [String: Set<String>] = [
        "Rules": ["Foundation"],
        "Trust": ["Rules", "Protocol", "Crypto", "X509", "SwiftASN1", "FoundationEssentials"],
        "Protocol": ["Rules", "CZstd", "Crypto", "SwiftProtobuf", "Foundation", "FoundationEssentials"],
        "Replication": ["Rules", "Protocol", "CCurl", "Glibc", "Synchronization"],
        "Store": ["Rules", "Protocol", "GRDB", "FoundationEssentials", "Glibc", "Synchronization"],
        "Sheets": ["CZip", "CExpat", "CXlsxWriter", "Glibc"],
        "Features": [
            "Rules", "Protocol", "Trust", "Store", "Sheets", "CQrencode", "GRDB", "Crypto", "CryptoExtras", "Mustache", "Dispatch", "Foundation",
            "FoundationEssentials",
        ],
        "Bench": ["Rules", "Protocol", "Replication", "Store", "Sheets", "Features", "Crowd", "GRDB", "Foundation", "FoundationEssentials", "Glibc", "Synchronization"],
        "Node": [
            "Rules", "Protocol", "Trust", "Replication", "Store", "Sheets", "Features", "Bench", "Hummingbird", "HummingbirdCore", "NIOCore",
            "NIOHTTPTypes", "NIOSSL", "NIOTLS", "HTTPTypes", "ArgumentParser",
            "ServiceLifecycle", "Logging", "GRDB", "Mustache", "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
        ],
        "Simulation": ["Rules", "Protocol", "Replication", "Store", "GRDB", "FoundationEssentials", "Synchronization"],
        "simulate": ["Simulation", "ArgumentParser", "FoundationEssentials", "Glibc"],
        "Crowd": ["Rules", "Protocol", "Trust", "Replication", "Features", "FoundationEssentials", "Synchronization"],
        "storm": ["Crowd", "Node", "Protocol", "Replication", "Rules", "ArgumentParser", "FoundationEssentials"],
        "xueji": ["Node", "Glibc"],
    ]

    /// The module of an import line; nil for other lines. `import struct Crypto.SHA256` is an import of Crypto.
    static func imported(by line: Substring) -> String? {
        let words = line.split(separator: " ").drop { $0.hasPrefix("@") || $0 == "public" || $0 == "internal" || $0 == "private" }
        guard words.first == "import", let name = words.last else { return nil }
        return String(name.split(separator: ".").first ?? name)
    }

    static func imports(_ file: SourceText) -> [(line: Int, module: String)] {
        file.code.enumerated().compactMap { number, line in imported(by: line).map { (number + 1, $0) } }
    }

    /// Imports that the table does not allow.
    static func undeclared(_ file: SourceText) -> [Breach] {
        guard let module = file.module else { return [] }
        guard let allowed = allowed[module] else { return [Breach(file.path, "the room \(module) is not in the import table")] }
        return imports(file).filter { !allowed.contains($0.module) }
            .map { Breach(file.path, $0.line, "\(module) may not import \($0.module)") }
    }

    /// What the table allows and no file uses: the table would otherwise grow wider than the house.
    static func unused(_ files: [SourceText]) -> [Breach] {
        var used: [String: Set<String>] = [:]
        for file in files {
            if let module = file.module { used[module, default: []].formUnion(imports(file).map(\.module)) }
        }
        return allowed.keys.sorted().flatMap { module in
            (allowed[module] ?? []).subtracting(used[module] ?? []).sorted()
                .map { Breach("Sources/\(module)", "nothing imports \($0): take it from the table and from Package.swift") }
        }
    }

    /// Two rooms that import each other, directly or round a corner.
    static func cycles(in graph: [String: Set<String>] = allowed) -> [String] {
        func reaches(_ from: String, _ target: String, _ seen: inout Set<String>) -> Bool {
            guard seen.insert(from).inserted else { return false }
            return (graph[from] ?? []).contains { $0 == target || reaches($0, target, &seen) }
        }
        return graph.keys.sorted().filter { room in
            var seen: Set<String> = []
            return reaches(room, room, &seen)
        }
    }
}
