import ArgumentParser
import Features

/// What tells one step of a case from another on the command line: its word, what help says of it, the operation behind it.
protocol CaseStep: Sendable {
    static var name: String { get }
    /// Chinese / English.
    static var abstract: String { get }
    static var operation: String { get }
}

/// A step for some dossiers.
struct CaseVerb<Step: CaseStep>: Verb {
    static var configuration: CommandConfiguration { CommandConfiguration(commandName: Step.name, abstract: Step.abstract) }

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossiers: [String]
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try await StepRun(place: place, dossiers: dossiers) { StepRun.batch(Step.operation, $0) }.perform(printout)
    }
}

/// A step for some dossiers that gives a reason.
struct ReasonedCaseVerb<Step: CaseStep>: Verb {
    static var configuration: CommandConfiguration { CommandConfiguration(commandName: Step.name, abstract: Step.abstract) }

    @Option(help: ArgumentHelp("退回原因 / reason", valueName: "text")) var reason: String
    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossiers: [String]
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try await StepRun(place: place, dossiers: dossiers) { StepRun.batch(Step.operation, $0, reason: reason) }.perform(printout)
    }
}

/// A step that is taken for one dossier at a time.
struct SingleCaseVerb<Step: CaseStep>: Verb {
    static var configuration: CommandConfiguration { CommandConfiguration(commandName: Step.name, abstract: Step.abstract) }

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall(Step.operation, ["dossier": dossier])), columns: [("done", "已办"), ("refused", "不予办理")])
        return .done
    }
}

/// What the verbs by which a school opens a case send.
enum CaseApplication {
    static func send(
        _ operation: String, _ dossier: String, _ reason: String, _ place: PlaceOptions, _ printout: Printout,
        changes: [String: JSONValue] = [:]
    ) async throws -> ExitStatus {
        var body: [String: JSONValue] = ["reason": .string(reason)]
        if !changes.isEmpty { body["changes"] = .object(changes) }
        let answer = try await NodeCaller(place).call(VerbCall(operation, ["dossier": dossier], body: .object(body)))
        printout.show(answer, columns: [("done", "已办"), ("refused", "不予办理")])
        return .done
    }

    /// `column=text`, several.
    static func changes(_ texts: [String]) throws -> [String: JSONValue] {
        var changes: [String: JSONValue] = [:]
        for text in texts {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw Refusal("usage", "--set 应写成“列名=新内容”。", remedy: "例如：--set 姓名=张伟。", kind: .usage)
            }
            changes[String(text[..<sign])] = .string(String(text[text.index(after: sign)...]))
        }
        return changes
    }
}
