/// One step of a dossier as signed by its writer. Immutable; identified by the hash of its content.
public struct Step: Sendable, Hashable {
    public var hash: Digest
    public var dossier: DossierID
    /// Nil for the first step alone.
    public var previous: Digest?
    public var kind: StepKind
    public var by: UnitCode
    /// Who holds the pen next; nil when the dossier has ended.
    public var nextHolder: UnitCode?
    /// Version of the workflow table that the writer applied.
    public var workflow: Int
    /// Version of the home school's directory record that the writer applied.
    public var topology: Int
    /// For display only: nothing is ordered by a clock. Seconds since 1970.
    public var at: Int64
    /// The whole record, in steps with effect `newRecord`.
    public var record: StudentRecord?
    /// Digest of the key fields of `record`; nil where the step carries none.
    public var keyDigest: Digest?
    /// The provisional number drawn by an approval.
    public var provisionalNumber: String?
    /// Chinese, for steps with effect `reason`.
    public var reason: String?
    /// What a hand-over carries besides record and number.
    public var archive: ArchiveHandOver?
    /// In steps with effect `opensCase`.
    public var opening: CaseOpening?

    public init(
        hash: Digest, dossier: DossierID, previous: Digest?, kind: StepKind, by: UnitCode, nextHolder: UnitCode?,
        workflow: Int = Workflow.registration.version, topology: Int, at: Int64, record: StudentRecord? = nil,
        keyDigest: Digest? = nil, provisionalNumber: String? = nil, reason: String? = nil, archive: ArchiveHandOver? = nil,
        opening: CaseOpening? = nil
    ) {
        self.hash = hash
        self.dossier = dossier
        self.previous = previous
        self.kind = kind
        self.by = by
        self.nextHolder = nextHolder
        self.workflow = workflow
        self.topology = topology
        self.at = at
        self.record = record
        self.keyDigest = keyDigest
        self.provisionalNumber = provisionalNumber
        self.reason = reason
        self.archive = archive
        self.opening = opening
    }
}

/// What is not key data, written by the home school without the pen. The highest number counts, as a whole.
public struct Supplement: Sendable, Hashable {
    public var dossier: DossierID
    public var by: UnitCode
    /// 1, 2, 3… per dossier.
    public var number: Int
    /// All changes against the record of the chain so far; an empty text removes the item.
    public var changes: [StudentField: String]

    public init(dossier: DossierID, by: UnitCode, number: Int, changes: [StudentField: String]) {
        self.dossier = dossier
        self.by = by
        self.number = number
        self.changes = changes
    }
}

/// 查重结论: an authority's word about the key fields of a dossier.
public struct Verdict: Sendable, Hashable {
    public var dossier: DossierID
    /// The key fields it speaks about; a verdict on older fields says nothing about newer ones.
    public var keyDigest: Digest
    public var by: UnitCode
    public var tier: Tier
    /// Rises with each verdict of one unit, across its incarnations; the highest counts.
    public var position: Int64
    /// Codes of `DuplicateKind`, suspicions among them.
    public var problems: [String]
    /// A card of each peer: only what both sides need (M-DUP2).
    public var peers: [PeerCard]
    public var at: Int64

    public init(
        dossier: DossierID, keyDigest: Digest, by: UnitCode, tier: Tier, position: Int64, problems: [String],
        peers: [PeerCard], at: Int64
    ) {
        self.dossier = dossier
        self.keyDigest = keyDigest
        self.by = by
        self.tier = tier
        self.position = position
        self.problems = problems
        self.peers = peers
        self.at = at
    }

    /// What stands against the registration, rulings apart; a suspicion (requirements §1.21) does not.
    public var openProblems: [String] {
        problems.filter { DuplicateKind(rawValue: $0)?.isProblem ?? true }
    }
}

/// What one school may know of another's pupil in a duplicate group (M-DUP2).
public struct PeerCard: Sendable, Hashable {
    public var dossier: DossierID
    public var problem: String
    public var name: String
    public var sex: String
    public var birthDate: String
    public var school: UnitCode
    public var schoolName: String

    public init(
        dossier: DossierID, problem: String, name: String, sex: String, birthDate: String, school: UnitCode,
        schoolName: String
    ) {
        self.dossier = dossier
        self.problem = problem
        self.name = name
        self.sex = sex
        self.birthDate = birthDate
        self.school = school
        self.schoolName = schoolName
    }
}

/// A formal number, given by the centre alone (Q44). Never changes (Q45).
public struct IssuedNumber: Sendable, Hashable {
    public var dossier: DossierID
    /// `G` or `J` with 18 characters.
    public var number: String
    /// The approval it stands by; that step and all before it are settled.
    public var cites: Digest
    public var at: Int64

    public init(dossier: DossierID, number: String, cites: Digest, at: Int64) {
        self.dossier = dossier
        self.number = number
        self.cites = cites
        self.at = at
    }
}

/// The answer of the public-security check that is not "pass": the centre's word (M-VER).
public struct IdentityAnswer: Sendable, Hashable {
    public var dossier: DossierID
    public var keyDigest: Digest
    /// `matched`, `mismatch` (不一致), `unknown` (查无此人), `nothingToVerify`.
    public var answer: String
    public var position: Int64

    public init(dossier: DossierID, keyDigest: Digest, answer: String, position: Int64) {
        self.dossier = dossier
        self.keyDigest = keyDigest
        self.answer = answer
        self.position = position
    }
}
