import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Reads facts and folds them. For one dossier; lists read the `dossier` table.
public struct DossierShelf {
    let database: Database
    let directory: UnitDirectory
    private let steps: StepMemory?
    private let folds: FoldMemory?

    public init(_ reading: Reading) { self.init(database: reading.database, directory: reading.directory) }

    /// - Parameters:
    ///   - steps: what the transaction has decoded already.
    ///   - folds: what it has folded.
    init(database: Database, directory: UnitDirectory, steps: StepMemory? = nil, folds: FoldMemory? = nil) {
        self.folds = folds
        self.database = database
        self.directory = directory
        self.steps = steps
    }

    /// All facts this node has about a dossier.
    public func facts(_ id: DossierID) throws -> DossierFacts {
        var facts = DossierFacts()
        facts.steps = try storedSteps(id)
        let words = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT kind, payload FROM word WHERE dossier = ?"), arguments: [Data(id.bytes)])
        for word in words {
            let payload = Array(word["payload"] as Data)
            switch EntryKind(rawValue: word["kind"]) {
            case .supplement: Payload.supplement(payload).map { facts.supplements.append($0) }
            case .verdict: Payload.verdict(payload).map { facts.verdicts.append($0) }
            case .number: Payload.number(payload).map { facts.numbers.append($0) }
            case .answer: Payload.answer(payload).map { facts.answers.append($0) }
            case .evidenceRequest: Payload.evidenceRequest(payload).map { facts.requests.append($0) }
            case .overrideRequest: Payload.overrideRequest(payload).map { facts.overrideRequests.append($0) }
            case .handOverRepeal: Payload.handOverRepeal(payload).map { facts.repeals.append($0) }
            case .ruling: Payload.ruling(payload).map { facts.rulings.append($0) }
            default: break
            }
        }
        return facts
    }

    /// Payloads are read of those only that nobody has decoded yet.
    private func storedSteps(_ id: DossierID) throws -> [Step] {
        guard let steps else {
            return try Data.fetchAll(
                database.cachedStatement(sql: "SELECT payload FROM step WHERE dossier = ?"), arguments: [Data(id.bytes)])
                .compactMap { Payload.step(Array($0)) }
        }
        let hashes = try Data.fetchAll(
            database.cachedStatement(sql: "SELECT hash FROM step WHERE dossier = ?"), arguments: [Data(id.bytes)])
        return try hashes.compactMap { bytes in
            if let known = Digest(bytes).flatMap({ steps.step(of: $0) }) { return known }
            let payload = try Data.fetchOne(
                database.cachedStatement(sql: "SELECT payload FROM step WHERE hash = ?"), arguments: [bytes])
            return payload.flatMap { Payload.step(Array($0)) }
        }
    }

    /// The dossier as it stands; nil when no step of it is here.
    public func dossier(_ id: DossierID) throws -> Dossier? {
        let facts = try facts(id)
        guard let home = home(id, facts) else { return nil }
        var dossier = Fold.dossier(id, facts, topology: directory, sufficient: try sufficientTier(for: home))
        if dossier?.formalNumber != nil, try ReleaseGate.holdsBack(id, in: database) { dossier?.formalNumber = nil }
        return dossier
    }

    /// Whose pupil it is: who entered him, unless a hand-over says otherwise.
    private func home(_ id: DossierID, _ facts: DossierFacts) -> UnitCode? {
        if facts.steps.contains(where: { $0.kind == .handOver }) { return Fold.dossier(id, facts, topology: directory)?.home }
        return facts.steps.first { $0.previous == nil }?.by ?? facts.steps.first?.by
    }

    /// Which verdict lets a school go on: policy `duplicates.sufficient` of its province, the centre's by default.
    public func sufficientTier(for home: UnitCode) throws -> Tier {
        guard let folds else { return try storedTier(for: home) }
        return try folds.sufficientTier(for: home, directory.changes) { try storedTier(for: home) }
    }

    private func storedTier(for home: UnitCode) throws -> Tier {
        guard let province = directory.province(of: home) else { return .centre }
        let value = try String.fetchOne(
            database.cachedStatement(sql: "SELECT value FROM sufficient_verdict WHERE unit = ?"), arguments: [province.text])
        return value == Tier.province.rawValue ? .province : .centre
    }
}
