/// One whom a case or a ruling is about, with the home by which authority is judged.
public struct CaseParty: Sendable, Hashable, Comparable {
    public var dossier: DossierID
    public var home: UnitCode
    /// Version of the home's directory record that the writer applied.
    public var topology: Int

    public init(dossier: DossierID, home: UnitCode, topology: Int) {
        self.dossier = dossier
        self.home = home
        self.topology = topology
    }

    public static func < (lhs: CaseParty, rhs: CaseParty) -> Bool {
        (lhs.dossier, lhs.home, lhs.topology) < (rhs.dossier, rhs.home, rhs.topology)
    }
}

/// What the step that opens a case carries.
public struct CaseOpening: Sendable, Hashable {
    /// The others of the group as the school knew them; empty where the pupil's own number is the problem.
    public var parties: [CaseParty]
    /// The whole record as it would be; in changes alone.
    public var proposal: StudentRecord?
    /// Digest of the proposal's key fields; not part of the content.
    public var proposalDigest: Digest?
    /// Hashes of the attached files that the case rests on (Q62).
    public var evidence: [Digest]
    /// What the proposal changes, in a key-data change alone.
    public var fields: [StudentField]
    /// Highest number of a supplement that the proposal has taken in: what it says of `fields` ends with the approval.
    public var supplement: Int
    /// What is to change on the roll; in roll changes alone.
    public var change: RollChange?

    /// A record with what the proposal sets: key fields, and the fields of a key-data change.
    public func applied(to record: StudentRecord) -> StudentRecord {
        guard let proposal else { return record }
        var result = record.with(key: proposal)
        for field in fields { result[field] = proposal[field] }
        return result
    }

    public init(
        parties: [CaseParty] = [], proposal: StudentRecord? = nil, proposalDigest: Digest? = nil, evidence: [Digest] = [],
        fields: [StudentField] = [], supplement: Int = 0, change: RollChange? = nil
    ) {
        self.parties = parties
        self.proposal = proposal
        self.proposalDigest = proposalDigest
        self.evidence = evidence
        self.fields = fields
        self.supplement = supplement
        self.change = change
    }
}

/// An authority above asks the home school for evidence. A word that needs no pen and changes nothing: the school sees it.
public struct EvidenceRequest: Sendable, Hashable {
    public var dossier: DossierID
    public var by: UnitCode
    /// Rises with each request of one unit, across its incarnations.
    public var position: Int64
    /// Chinese: what is asked for.
    public var text: String
    public var at: Int64

    public init(dossier: DossierID, by: UnitCode, position: Int64, text: String, at: Int64) {
        self.dossier = dossier
        self.by = by
        self.position = position
        self.text = text
        self.at = at
    }
}

/// 在办业务: the case that a dossier is in.
public struct OpenCase: Sendable, Hashable {
    /// Where the case stands.
    public var stand: Stand
    /// Where the dossier will stand again.
    public var rest: Stand
    /// The step that opened it, with its opening.
    public var opened: Step
    public var opening: CaseOpening

    /// What is to be checked before anyone decides: the proposal of a change.
    public var checked: StudentRecord? { opening.proposal }

    public init(stand: Stand, rest: Stand, opened: Step, opening: CaseOpening) {
        self.stand = stand
        self.rest = rest
        self.opened = opened
        self.opening = opening
    }
}
