/// 调档: what a hand-over carries, so that the new home and all above it need nothing of what came before it.
///
/// The record, the stand's pupil data and the provisional number stand in the step itself; the next holder is the new home.
public struct ArchiveHandOver: Sendable, Hashable {
    /// The school that the dossier leaves.
    public var from: UnitCode
    /// Version of the new home's directory record that the writer applied; the step's own `topology` is the old home's.
    public var topology: Int
    /// The dossier stands after the step as it stood before.
    public var stand: Stand
    /// How many steps the chain had before this one, those before an earlier hand-over included.
    public var length: Int
    /// Highest number of a supplement so far; the new home's begin above it.
    public var supplement: Int
    /// The words that it lists: they count here as if they had come themselves.
    public var words: DossierWords
    /// Statements about attached files, encoded; opaque here.
    public var attachments: [[UInt8]]
    /// Where the pupil stands on the roll.
    public var roll: RollStanding

    public init(
        from: UnitCode, topology: Int, stand: Stand, length: Int, supplement: Int, words: DossierWords = DossierWords(),
        attachments: [[UInt8]] = [], roll: RollStanding = RollStanding()
    ) {
        self.from = from
        self.topology = topology
        self.stand = stand
        self.length = length
        self.supplement = supplement
        self.words = words
        self.attachments = attachments
        self.roll = roll
    }
}

extension Step {
    /// Between which schools a hand-over passes the dossier on, the former home first; empty for any other step.
    public var schoolsOfHandOver: [UnitCode] { archive.map { [$0.from, nextHolder].compactMap { $0 } } ?? [] }
}

/// What authorities have said about a dossier.
public struct DossierWords: Sendable, Hashable {
    public var verdicts: [Verdict]
    public var numbers: [IssuedNumber]
    public var answers: [IdentityAnswer]
    public var rulings: [Ruling]

    public init(
        verdicts: [Verdict] = [], numbers: [IssuedNumber] = [], answers: [IdentityAnswer] = [], rulings: [Ruling] = []
    ) {
        self.verdicts = verdicts
        self.numbers = numbers
        self.answers = answers
        self.rulings = rulings
    }

    public var isEmpty: Bool { verdicts.isEmpty && numbers.isEmpty && answers.isEmpty && rulings.isEmpty }

    public static func + (one: DossierWords, other: DossierWords) -> DossierWords {
        DossierWords(
            verdicts: one.verdicts + other.verdicts, numbers: one.numbers + other.numbers, answers: one.answers + other.answers,
            rulings: one.rulings + other.rulings)
    }

    /// Without those that newer ones have replaced: of each unit the newest verdict about each set of key fields, the newest
    /// answer about each, every number, of each pair the ruling that counts. In a fixed order, each once.
    public var counting: DossierWords {
        struct About: Hashable { let by: UnitCode; let digest: Digest }
        var newest: [About: Verdict] = [:]
        for verdict in verdicts {
            let about = About(by: verdict.by, digest: verdict.keyDigest)
            if let other = newest[about], other.isNewer(than: verdict) { continue }
            newest[about] = verdict
        }
        var answers: [Digest: IdentityAnswer] = [:]
        for answer in self.answers {
            if let other = answers[answer.keyDigest], (other.position, other.answer) >= (answer.position, answer.answer) { continue }
            answers[answer.keyDigest] = answer
        }
        return DossierWords(
            verdicts: newest.values.sorted { ($0.by, $0.keyDigest) < ($1.by, $1.keyDigest) },
            numbers: Set(numbers).sorted { ($0.number, $0.cites) < ($1.number, $1.cites) },
            answers: answers.values.sorted { $0.keyDigest < $1.keyDigest }, rulings: rulings.counting)
    }

    /// Of each authority the newest verdict about these key fields, in order of unit.
    func newestVerdicts(about digest: Digest?) -> [Verdict] {
        var newest: [UnitCode: Verdict] = [:]
        for verdict in verdicts where verdict.keyDigest == digest {
            if let other = newest[verdict.by], other.isNewer(than: verdict) { continue }
            newest[verdict.by] = verdict
        }
        return newest.values.sorted { $0.by < $1.by }
    }

    /// Those that another list lacks.
    public func subtracting(_ listed: DossierWords) -> DossierWords {
        DossierWords(
            verdicts: verdicts.filter { !listed.verdicts.contains($0) }, numbers: numbers.filter { !listed.numbers.contains($0) },
            answers: answers.filter { !listed.answers.contains($0) }, rulings: rulings.filter { !listed.rulings.contains($0) })
    }
}

extension Verdict {
    /// Equal positions are a defect of the writer; the set still decides, not the order of arrival.
    func isNewer(than other: Verdict) -> Bool {
        if position != other.position { return position > other.position }
        return (problems.count, at) >= (other.problems.count, other.at)
    }
}
