import Testing

/// Each check has been seen to fail: a gate that nobody has seen fail is none.
@Suite("Checks of code fail on bad samples and pass good ones")
struct CodeHabitsTests {
    private func source(_ text: String, _ path: String = "Sources/Rules/Sample.swift") -> SourceText { SourceText(path, text) }

    @Test("A file of 451 lines is too long, one of 450 is not; data and generated code may be longer")
    func length() {
        let long = String(repeating: "\n", count: 450)
        #expect(CodeHabits.length(source(long)).count == 1)
        #expect(CodeHabits.length(source(String(long.dropLast()))).isEmpty)
        #expect(CodeHabits.length(source(long, "Sources/Protocol/Wire/xueji.pb.swift")).isEmpty)
        #expect(CodeHabits.length(source(long, CodeHabits.longFiles.first ?? "")).isEmpty)
    }

    @Test("Names that say nothing are found in files and types", arguments: [
        ("Sources/Rules/StringUtils.swift", ""), ("Sources/Rules/CommonRules.swift", ""),
        ("Sources/Rules/Sample.swift", "public final class LinkManager {}"),
        ("Sources/Rules/Sample.swift", "enum DateHelper {"), ("Sources/Rules/Sample.swift", "private struct CommonCode: Sendable {"),
    ])
    func emptyNames(path: String, text: String) { #expect(CodeHabits.names(source(text, path)).count == 1) }

    @Test("Words that merely begin alike are good names", arguments: [
        "struct CommonwealthCountry {}", "// a helper class DateHelper", "let text = \"class Manager\"", "func lowestCommonAuthority()",
    ])
    func goodNames(text: String) { #expect(CodeHabits.names(source(text)).isEmpty) }

    @Test("Clock and chance are found", arguments: [
        "let at = Date()", "let at = Date.now", "clock_gettime(CLOCK_REALTIME, &time)", "let id = UUID()", "time(nil)",
        "let start = ContinuousClock().now", "let at: Date = .now", "let n = Int.random(in: 0..<9)", "try await Task.sleep(for: .seconds(1))",
        "var generator = SystemRandomNumberGenerator()", "let key = Curve25519.Signing.PrivateKey()", "names.shuffled()",
        "\"at \\(Date())\"", "let a = DispatchTime.now()", "let clock = ContinuousClock()",
    ])
    func clockFound(text: String) {
        #expect(!CodeHabits.clock(source(text)).isEmpty)
        #expect(CodeHabits.clock(source(text, CodeHabits.surroundings)).isEmpty)
        #expect(CodeHabits.clock(source(text, "Tests/RulesTests/SampleTests.swift")).isEmpty)
    }

    @Test("Time and chance handed in are not", arguments: [
        "let at = transaction.now", "let at = archive.surroundings.now()", "let now = clock.now()", "self.now = now", "// Date() is not called here",
        "let text = \"UUID()\"", "Int.random(in: 0..<9, using: &chance)", "struct CandiDate() {}", "let t = transaction.nowhere",
        "case .isoDate: return isoDate()", "names.shuffled(using: &chance)",
    ])
    func clockHandedIn(text: String) { #expect(CodeHabits.clock(source(text)).isEmpty) }

    @Test("What ends the process is found", arguments: [
        "let value = try! make()", "let value = x as! Int", "fatalError(\"no\")", "print(\"\\(try! make())\")",
    ])
    func traps(text: String) { #expect(CodeHabits.traps(source(text)).count == 1) }

    @Test("What only looks like it is not", arguments: [
        "let value = try? make()", "// never try! here", "let text = \"try! as! fatalError(\"", "/* as! /* try! */ fatalError( */ let a = 1",
        "let raw = #\"a \" try! \\(try!) \"#", "let long = \"\"\"\n  \" try! as!\n  \"\"\"", "let alias! = 1",
    ])
    func noTraps(text: String) { #expect(CodeHabits.traps(source(text)).isEmpty) }

    @Test("An exemption needs its reason on the line above", arguments: ["final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1"])
    func exemptions(text: String) {
        #expect(CodeHabits.exemptions(source(text)).count == 1)
        #expect(CodeHabits.exemptions(source("let b = 1\n\n" + text)).count == 1)
        #expect(CodeHabits.exemptions(source("// Guarded by the lock of the library.\n" + text)).isEmpty)
    }

    @Test("Notes are found in comments as well")
    func notes() {
        #expect(CodeHabits.notes(source("// TO" + "DO later")).count == 1)
        #expect(CodeHabits.notes(SourceText("docs/a.md", "FIX" + "ME")).count == 1)
        #expect(CodeHabits.notes(source("let autoTO" + "DOne = 1")).isEmpty)
    }

    @Test("Chinese is for texts, not for names")
    func identifiers() {
        #expect(CodeHabits.identifiers(source("let 学籍 = 1")).count == 1)
        #expect(CodeHabits.identifiers(source("let title = \"学籍\" // 学籍")).isEmpty)
    }

    @Test("A variable at file level is found, a computed or owned one is not")
    func globals() {
        #expect(CodeHabits.globals(source("private var cache: [Int] = []")).count == 1)
        #expect(CodeHabits.globals(source("var one: Int { 1 }\nstruct A {\n    var b = 1\n}")).isEmpty)
    }

    @Test("Paths of one machine are found in any file")
    func machinePaths() {
        #expect(CodeHabits.machinePaths(SourceText("docs/a.md", "see /ho" + "me/li/xueji")).count == 1)
        #expect(CodeHabits.machinePaths(source("// from shared/" + "design/style.md")).count == 1)
        #expect(CodeHabits.machinePaths(source("let part = \"xl/worksheets/sheet1.xml\"")).isEmpty)
    }

    @Test("A breach names file and line")
    func places() {
        let breach = CodeHabits.traps(source("let a = 1\n\"\"\"\ntext\n\"\"\"\ntry! make()")).first
        #expect(breach?.description.hasPrefix("Sources/Rules/Sample.swift:5: ") == true)
    }
}
