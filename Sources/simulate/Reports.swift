import FoundationEssentials
import Simulation

/// What a campaign prints, by the contract.
struct CampaignReport: Encodable {
    struct Failure: Encodable {
        let seed: UInt64
        let step: Int
        let check: String
        let text: String
        let rerun: String
        /// What is left of the run when all that the failure does not need has been taken away.
        var shortened: Shortened?
    }

    struct Shortened: Encodable {
        let steps: Int
        let blowsBefore: Int
        let blows: [String]
        let runs: Int

        init(_ result: Shrinking.Result) {
            steps = result.plan.steps
            blowsBefore = result.before
            blows = result.left.map { "step \($0.step) \($0.fault.rawValue) \($0.place)" }
            runs = result.runs
        }

        var text: String {
            "shortened in \(runs) runs to \(steps) steps and \(blows.count) of \(blowsBefore) blows:\n" + blows.map { "  " + $0 }.joined(separator: "\n")
        }
    }

    let commit: String
    let firstSeed: UInt64
    let seeds: Int
    let steps: Int
    var failures: [Failure]
    /// Faults, recoveries and checks that occurred in fewer than one per cent of the seeds.
    let rare: [String]
    let realSeeds: Int
    let recoveries: [String: Int]
    let seedsWithRecovery: [String: Int]
    let checks: [String: Int]
    let faults: [String: Int]
    let seedsWithFault: [String: Int]
    let occurrences: Int
    let envelopes: Int
    let dossiers: Int
    let rollChanges: Int
    let applications: Int
    let transfers: Int
    let numbers: Int
    let seconds: Double
    let traceHash: String

    init(_ result: Campaign.Result, _ command: SimulateCommand, seconds: Double) {
        commit = Commit.current
        firstSeed = command.seed
        seeds = command.seeds
        steps = command.steps
        failures = result.failures.map {
            Failure(
                seed: $0.seed, step: $0.step, check: $0.check.rawValue, text: $0.text,
                rerun: "simulate --seed \($0.seed) --seeds 1 --steps \(command.steps) --told")
        }
        rare = result.rare
        realSeeds = result.realSeeds
        recoveries = Dictionary(uniqueKeysWithValues: Recovery.allCases.map { ($0.rawValue, result.recoveries[$0] ?? 0) })
        seedsWithRecovery = Dictionary(uniqueKeysWithValues: Recovery.allCases.map { ($0.rawValue, result.seedsWithRecovery[$0] ?? 0) })
        checks = Dictionary(uniqueKeysWithValues: Check.allCases.map { ($0.rawValue, result.checks[$0] ?? 0) })
        faults = Dictionary(uniqueKeysWithValues: Fault.allCases.map { ($0.rawValue, result.faults[$0] ?? 0) })
        seedsWithFault = Dictionary(uniqueKeysWithValues: Fault.allCases.map { ($0.rawValue, result.seedsWithFault[$0] ?? 0) })
        occurrences = result.steps
        envelopes = result.envelopes
        dossiers = result.dossiers
        rollChanges = result.rollChanges
        applications = result.applications
        transfers = result.transfers
        numbers = result.numbers
        self.seconds = (seconds * 10).rounded() / 10
        traceHash = result.traceHash
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var text: String {
        var lines = ["\(seeds) seeds from \(firstSeed), \(steps) steps each: \(failures.count) failed, \(seconds) s, trace \(traceHash)"]
        lines.append("occurrences \(occurrences), envelopes \(envelopes), dossiers \(dossiers), roll changes \(rollChanges), transfers \(transfers) of \(applications) applications, numbers \(numbers)")
        lines.append("checks: " + checks.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        lines.append("faults: " + faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) in \(seedsWithFault[$0.key] ?? 0)" }.joined(separator: ", "))
        lines.append("recoveries: " + recoveries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) in \(seedsWithRecovery[$0.key] ?? 0)" }.joined(separator: ", "))
        lines.append("over real archives: \(realSeeds) seeds")
        if !rare.isEmpty { lines.append("in fewer than 1 % of the seeds: " + rare.joined(separator: ", ")) }
        lines += failures.prefix(20).map { "seed \($0.seed) step \($0.step) \($0.check): \($0.text)\n  \($0.rerun)" }
        lines += failures.compactMap { $0.shortened?.text }
        return lines.joined(separator: "\n")
    }
}

/// What the hunt for mutants prints.
struct MutantReport: Encodable {
    struct Line: Encodable {
        let name: String
        let killed: Bool
        let seeds: Int
        let seed: UInt64?
        let check: String?
        /// What it breaks: rows of the table of recoveries, and promises with the design's number.
        let rows: [String]
        let promises: [String]
    }

    let mutants: [Line]

    init(_ verdicts: [MutantHunt.Verdict]) {
        mutants = verdicts.map {
            Line(name: $0.mutant.rawValue, killed: $0.isKilled, seeds: $0.seeds, seed: $0.seed, check: $0.check?.rawValue,
                rows: $0.mutant.rows.map(\.rawValue),
                promises: $0.mutant.promises.map { check in (check.number.map { "(\($0)) " } ?? "") + check.rawValue })
        }
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var text: String {
        mutants.map { 
            "\($0.killed ? "killed" : "LIVES ") \($0.name) after \($0.seeds) seeds by \($0.check ?? "-"); breaks "
                + ($0.rows + $0.promises).joined(separator: ", ")
        }.joined(separator: "\n")
    }
}

/// The commit that is checked out where the program runs.
enum Commit {
    static var current: String {
        guard let head = try? String(contentsOfFile: ".git/HEAD", encoding: .utf8) else { return "unknown" }
        let line = head.prefix { !$0.isNewline }
        guard line.hasPrefix("ref: ") else { return String(line) }
        guard let hash = try? String(contentsOfFile: ".git/" + line.dropFirst(5), encoding: .utf8) else { return "unknown" }
        return String(hash.prefix { !$0.isNewline })
    }
}
