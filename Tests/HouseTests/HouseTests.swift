import Testing

/// The house as it stands keeps its rules.
@Suite("The house keeps what the compiler cannot enforce")
struct HouseTests {
    private let house = SourceTree.house

    private func expectNone(_ breaches: [Breach], _ place: SourceLocation = #_sourceLocation) {
        for breach in breaches { Issue.record("\(breach)", sourceLocation: place) }
    }

    @Test("The tree is read: sources, tests, documents")
    func treeIsRead() {
        #expect(house.sources.count > 100)
        #expect(Set(house.sources.compactMap(\.module)).isSuperset(of: ImportGraph.allowed.keys))
        #expect(house.swift.contains { $0.path == "Tests/HouseTests/HouseTests.swift" })
        #expect(house.paths.isSuperset(of: ["README.md", "CHANGELOG.md", "deploy/test", ".ci/run"]))
    }

    @Test("Files stay short") func lengths() { expectNone(house.sources.flatMap(CodeHabits.length)) }
    @Test("Names say something") func names() { expectNone(house.swift.flatMap(CodeHabits.names)) }
    @Test("One file reads the clock and throws the dice") func clock() { expectNone(house.sources.flatMap(CodeHabits.clock)) }
    @Test("Nothing ends the process by a bang") func traps() { expectNone(house.swift.flatMap(CodeHabits.traps)) }
    @Test("Exemptions give their reason") func exemptions() { expectNone(house.swift.flatMap(CodeHabits.exemptions)) }
    @Test("Nothing is left as a note") func notes() { expectNone(house.files.flatMap(CodeHabits.notes)) }
    @Test("Identifiers are ASCII") func identifiers() { expectNone(house.swift.flatMap(CodeHabits.identifiers)) }
    @Test("No variable stands at file level") func globals() { expectNone(house.sources.flatMap(CodeHabits.globals)) }
    @Test("Chinese text has full-width punctuation") func chinese() { expectNone(house.sources.flatMap(ChineseText.punctuation)) }
    @Test("No path of one machine is written down") func paths() { expectNone(house.files.flatMap(CodeHabits.machinePaths)) }

    @Test("Rooms import what the table allows, and the table allows what rooms import")
    func imports() {
        expectNone(house.sources.flatMap(ImportGraph.undeclared))
        expectNone(ImportGraph.unused(house.sources))
        #expect(ImportGraph.cycles().isEmpty)
    }

    @Test("Every long file named as an exception is there")
    func longFiles() { #expect(CodeHabits.longFiles.isSubset(of: house.paths)) }

    @Test("Tests mirror sources")
    func mirror() {
        expectNone(TestMirror.strangers(house.files))
        expectNone(TestMirror.staleExceptions(house.paths))
    }

    @Test("The glossary's words stand in the code")
    func glossary() throws {
        let file = house.file("docs/glossary.md")
        let glossary = try #require(file)
        #expect(GlossaryCheck.words(glossary).count > 20)
        expectNone(GlossaryCheck.missing(glossary, in: house.sources))
    }

    @Test("The README is short, and links lead somewhere")
    func documents() throws {
        let readme = house.file("README.md")
        expectNone(DocumentHabits.readmeLength(try #require(readme)))
        expectNone(house.documents.flatMap { DocumentHabits.links($0, paths: house.paths) })
    }

    @Test("Decisions are pages of four parts")
    func decisions() {
        #expect(house.paths.contains { $0.hasPrefix("docs/decisions/0001") })
        expectNone(DocumentHabits.decisions(house.files))
    }

    @Test("Scripts can be run and stop at the first failure")
    func scripts() {
        let scripts = house.files.filter { $0.lines.first?.hasPrefix("#!/usr/bin/env bash") == true }
        #expect(scripts.map(\.path).contains(".ci/run"))
        for script in scripts { #expect(house.isExecutable(script.path), "\(script.path)") }
        expectNone(scripts.flatMap(DocumentHabits.scripts))
    }
}
