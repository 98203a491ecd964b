/// What the house asks of every Swift file and the compiler does not see.
enum CodeHabits {
    // MARK: Length

    static let maxLines = 450
    /// Data tables and generated code may be longer.
    static let longFiles: Set<String> = ["Sources/Rules/Divisions/DivisionData.swift"]

    static func length(_ file: SourceText) -> [Breach] {
        guard file.lines.count > maxLines, !longFiles.contains(file.path), !file.path.hasSuffix(".pb.swift") else { return [] }
        return [Breach(file.path, "\(file.lines.count) lines, at most \(maxLines)")]
    }

    // MARK: Names

    private static let emptyNames = ["Util", "Utils", "Utility", "Utilities", "Helper", "Helpers", "Manager", "Common"]

    /// Names that say nothing about the business, for files and types.
    static func names(_ file: SourceText) -> [Breach] {
        var breaches: [Breach] = []
        if let word = emptyName(in: file.name) { breaches.append(Breach(file.path, "“\(word)” in a file's name says nothing")) }
        guard emptyNames.contains(where: file.mentions) else { return breaches }
        for (line, name) in file.types {
            if let word = emptyName(in: name) { breaches.append(Breach(file.path, line, "“\(word)” in a type's name says nothing")) }
        }
        return breaches
    }

    /// The empty word a camel-case name ends with, or begins with before another word.
    private static func emptyName(in name: String) -> String? {
        emptyNames.first { word in
            name.hasSuffix(word) || name.hasPrefix(word) && name.dropFirst(word.count).first?.isUppercase == true
        }
    }

    // MARK: Clock and chance

    static let surroundings = "Sources/Node/SystemSurroundings.swift"
    /// The simulator's stopwatch: says how long a campaign took, and nothing in a run reads it.
    static let stopwatch = "Sources/simulate/Stopwatch.swift"

    private static let clockAndChance = [
        "Date()", "Date.now", "timeIntervalSinceNow", "clock_gettime", "gettimeofday", "time(nil)", "time(&", "localtime",
        "ContinuousClock", "SuspendingClock", "DispatchTime", "Task.sleep", "systemUptime",
        "UUID()", "SystemRandomNumberGenerator", "arc4random", "getrandom", "randomElement()", "shuffled()", "shuffle()",
        "PrivateKey()",
    ]
    /// Who may be asked for the time: values that carry it, not clocks.
    private static let carriers: Set<String> = ["self", "surroundings", "transaction", "clock"]

    /// Time, chance and identity come in as arguments; one file reads the machine's.
    static func clock(_ file: SourceText) -> [Breach] {
        guard file.isSource, ![surroundings, stopwatch].contains(file.path), !file.path.hasSuffix(".pb.swift") else { return [] }
        let words = clockAndChance.filter(file.mentions)
        guard !words.isEmpty || file.mentions(".now") || file.mentions(".random(in") else { return [] }
        return file.code.enumerated().flatMap { number, line in
            var found = words.filter { WordSearch.has($0, in: line) }
            for place in WordSearch.places(of: ".now", in: line, whole: true)
            where !carriers.contains(WordSearch.identifier(before: place, in: line)) { found.append(".now") }
            if line.contains(".random(in"), !line.contains("using:") { found.append("random(in") }
            return found.map { Breach(file.path, number + 1, "\($0) outside \(surroundings)") }
        }
    }

    // MARK: Words that end a process or a promise

    private static let traps = ["try!", "as!", "fatalError("]
    private static let exemptions = ["@unchecked Sendable", "nonisolated(unsafe)"]
    /// Put together here, so that this file may name them.
    private static let notes = ["TO" + "DO", "FIX" + "ME"]

    static func traps(_ file: SourceText) -> [Breach] {
        let words = traps.filter(file.mentions)
        guard !words.isEmpty else { return [] }
        return file.code.enumerated().flatMap { number, line in
            words.filter { WordSearch.has($0, in: line) }.map { Breach(file.path, number + 1, "\($0) ends the process") }
        }
    }

    /// Exemptions from the compiler's checks say why on the line above.
    static func exemptions(_ file: SourceText) -> [Breach] {
        guard exemptions.contains(where: file.mentions) else { return [] }
        return file.code.enumerated().flatMap { number, line -> [Breach] in
            let above = number > 0 ? file.lines[number - 1].drop { $0 == " " } : ""
            guard !above.hasPrefix("//") else { return [] }
            return exemptions.filter { line.contains($0) }
                .map { Breach(file.path, number + 1, "\($0) without its reason on the line above") }
        }
    }

    static func notes(_ file: SourceText) -> [Breach] {
        guard notes.contains(where: file.mentions) else { return [] }
        return file.lines.enumerated().flatMap { number, line in
            notes.filter { WordSearch.has($0, in: line, whole: true) }.map { Breach(file.path, number + 1, "a note \($0)") }
        }
    }

    /// Identifiers are English ASCII; Chinese is for texts.
    static func identifiers(_ file: SourceText) -> [Breach] {
        file.code.enumerated().compactMap { number, line in
            line.utf8.contains { $0 >= 0x80 } ? Breach(file.path, number + 1, "a letter outside ASCII in code") : nil
        }
    }

    /// A variable at file level is state that nobody owns.
    static func globals(_ file: SourceText) -> [Breach] {
        file.code.enumerated().compactMap { number, line in
            let words = line.split(separator: " ").drop { ["public", "internal", "private", "fileprivate", "package"].contains($0) }
            let isTopLevel = line.first.map { $0 != " " } ?? false
            return isTopLevel && words.first == "var" && !line.contains("{")
                ? Breach(file.path, number + 1, "a variable at file level") : nil
        }
    }

    // MARK: Places

    /// Where this house was built is nobody's business. Put together here, so that this file may name them.
    private static let machinePaths = ["wo" + "rk/", "ro" + "ot/", "ho" + "me/", "Us" + "ers/", "tmp/" + "mini"].map { "/" + $0 }
        + ["shared/" + "reference", "shared/" + "design"]

    static func machinePaths(_ file: SourceText) -> [Breach] {
        guard machinePaths.contains(where: file.mentions) else { return [] }
        return file.lines.enumerated().flatMap { number, line in
            machinePaths.filter { line.contains($0) }.map { Breach(file.path, number + 1, "a path of one machine: \($0)") }
        }
    }
}
