/// Tests mirror sources: `XTests.swift` in `Tests/RulesTests` tests `X.swift`, or the type X, in `Sources/Rules`. A family of
/// types is tested under the word they share at the beginning or end: `CommandTests` for `InviteCommand` and others. A journey leads through
/// several features and is named after what is done: `RegistrationJourneyTests`.
enum TestMirror {
    /// Folders of tests that follow the requirements and not the sources, with what they follow.
    static let scenarios: [String: String] = ["BadInput": "what bad input gets, section by section"]

    /// Tests of more than one file, or of a family of files, with the reason.
    static let exceptions: [String: String] = [
        "Tests/FeaturesTests/Imports/RuleExamplesImportTests.swift": "each rule's examples through a real import",
        "Tests/NodeTests/OneTimeCodeTests.swift": "a code from invitation to join",
        "Tests/ReplicationTests/ConvergenceTests.swift": "children, parents and a faulty network between them",
        "Tests/ReplicationTests/RecoveryTests.swift": "disks lost, clones and rollbacks, of both sides of a link",
        "Tests/SheetsTests/DamageTests.swift": "seeded damage to workbooks of both formats",
    ]

    static func strangers(_ files: [SourceText], exceptions: [String: String] = exceptions) -> [Breach] {
        var names: [String: Set<String>] = [:]
        for file in files where file.isSource {
            guard let module = file.module else { continue }
            let plain = file.name.filter { $0 != "+" }
            let folder = file.path.split(separator: "/").dropLast().last.map(String.init) ?? ""
            // `AuditErrorTests` for `Audit/AuditError.swift`, `DuplicateKeyTextTests` for `Duplicates/KeyText.swift`.
            let singular = folder.hasSuffix("s") ? String(folder.dropLast()) : folder
            names[module, default: []].formUnion([plain, folder + plain, singular + plain] + file.types.map(\.name))
        }
        return files.compactMap { file in
            guard file.path.hasPrefix("Tests/"), file.isSwift, file.name.hasSuffix("Tests"), !file.name.hasSuffix("JourneyTests"), exceptions[file.path] == nil,
                  let target = file.module, target != "HouseTests" else { return nil }
            guard !file.path.split(separator: "/").contains(where: { scenarios[String($0)] != nil }) else { return nil }
            let subject = String(file.name.dropLast(5)).filter { $0 != "+" }
            let module = String(target.dropLast(5))
            let isKnown = names[module]?.contains { shares($0, subject) } ?? false
            guard !isKnown else { return nil }
            return Breach(file.path, "no source \(subject).swift in Sources/\(module)")
        }
    }

    /// Whether a name is the word, or begins or ends with it as a word of its own.
    private static func shares(_ name: String, _ word: String) -> Bool {
        guard name != word else { return true }
        return name.hasSuffix(word) || name.hasPrefix(word) && name.dropFirst(word.count).first?.isUppercase == true
    }

    static func staleExceptions(_ paths: Set<String>) -> [Breach] {
        exceptions.keys.sorted().filter { !paths.contains($0) }.map { Breach($0, "an exception for a file that is not there") }
    }
}
