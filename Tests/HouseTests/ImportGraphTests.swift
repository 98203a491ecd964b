import Testing

@Suite("The import graph")
struct ImportGraphTests {
    @Test("The module of an import line is found whatever stands before and after it", arguments: [
        ("import Rules", "Rules"), ("import struct Crypto.SHA256", "Crypto"), ("@testable import Store", "Store"),
        ("public import Protocol", "Protocol"), ("@preconcurrency import class Foundation.OperationQueue", "Foundation"),
    ])
    func imported(line: String, module: String) { #expect(ImportGraph.imported(by: Substring(line)) == module) }

    @Test("Lines that are no imports", arguments: ["let importer = 1", "func importFile()", "important", ""])
    func notImported(line: String) { #expect(ImportGraph.imported(by: Substring(line)) == nil) }

    @Test("A lower room may not import an upper one, nor a room the table does not know")
    func undeclared() {
        #expect(ImportGraph.undeclared(SourceText("Sources/Rules/A.swift", "import Store")).count == 1)
        #expect(ImportGraph.undeclared(SourceText("Sources/Replication/A.swift", "import Store")).count == 1)
        #expect(ImportGraph.undeclared(SourceText("Sources/Attic/A.swift", "let a = 1")).count == 1)
        #expect(ImportGraph.undeclared(SourceText("Sources/Store/A.swift", "import Rules\n// import Node")).isEmpty)
    }

    @Test("What nothing imports is named")
    func unused() {
        let files = [SourceText("Sources/xueji/main.swift", "import Glibc\nimport Node")]
        let breaches = ImportGraph.unused(files)
        #expect(!breaches.contains { $0.path == "Sources/xueji" })
        #expect(breaches.contains { $0.path == "Sources/Rules" && $0.what.contains("Foundation") })
    }

    @Test("A circle is found, directly or round a corner")
    func cycles() {
        #expect(ImportGraph.cycles(in: ["A": ["B"], "B": ["C"], "C": ["A"], "D": ["A"]]) == ["A", "B", "C"])
        #expect(ImportGraph.cycles(in: ["A": ["B"], "B": []]).isEmpty)
    }
}
