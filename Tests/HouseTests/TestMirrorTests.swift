import Testing

@Suite("Tests mirror sources")
struct TestMirrorTests {
    private let sources = [
        SourceText("Sources/Rules/Units/Unit.swift", ""), SourceText("Sources/Rules/Students/StudentField+Column.swift", ""),
        SourceText("Sources/Rules/Duplicates/KeyText.swift", ""), SourceText("Sources/Store/Archive.swift", "public struct Reading {}"),
    ]

    private func strangers(_ path: String, exceptions: [String: String] = [:]) -> Int {
        TestMirror.strangers(sources + [SourceText(path, "")], exceptions: exceptions).count
    }

    @Test("A test without its source is a stranger, also when the source is in another room")
    func stranger() {
        #expect(strangers("Tests/RulesTests/GhostTests.swift") == 1)
        #expect(strangers("Tests/RulesTests/ArchiveTests.swift") == 1)
        #expect(strangers("Tests/RulesTests/BadInput/GhostTests.swift") == 0)
        #expect(strangers("Tests/RulesTests/GhostTests.swift", exceptions: ["Tests/RulesTests/GhostTests.swift": "told"]) == 0)
    }

    @Test("A type is known by its name, beside another in one file")
    func type() {
        #expect(strangers("Tests/StoreTests/ReadingTests.swift") == 0)
        #expect(strangers("Tests/RulesTests/ReadingTests.swift") == 1)
    }

    @Test("A family is known by the word it shares, a part of a word is none")
    func family() {
        #expect(strangers("Tests/RulesTests/FieldTests.swift") == 1)
        #expect(strangers("Tests/RulesTests/StudentTests.swift") == 0)
        #expect(strangers("Tests/RulesTests/ColumnTests.swift") == 0)
        #expect(strangers("Tests/RulesTests/StudTests.swift") == 1)
    }

    @Test("Name, extension and folder's name are recognised", arguments: [
        "Tests/RulesTests/UnitTests.swift", "Tests/RulesTests/Units/UnitTests.swift", "Tests/RulesTests/StudentFieldColumnTests.swift",
        "Tests/RulesTests/DuplicateKeyTextTests.swift", "Tests/RulesTests/SummerJourneyTests.swift", "Tests/RulesTests/DuplicatePeople.swift",
    ])
    func known(path: String) { #expect(strangers(path) == 0) }

    @Test("An exception for a test that has gone is stale")
    func stale() {
        #expect(TestMirror.staleExceptions([]).count == TestMirror.exceptions.count)
        #expect(TestMirror.staleExceptions(Set(TestMirror.exceptions.keys)).isEmpty)
    }
}
