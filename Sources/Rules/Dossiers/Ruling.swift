/// 裁定: an authority's word on a pair of dossiers, by the lowest common authority of the two homes that it cites or one above
/// it. "Different children" is kept for the pair; a third record makes new pairs (Q65).
public struct Ruling: Sendable, Hashable {
    public enum Finding: String, Sendable, Hashable, CaseIterable {
        /// Two children. Of a shared resident ID number the one upheld is the holder.
        case different
        /// One child, registered twice: the one upheld stays, the other is deleted.
        case same
        /// No pair but one dossier: its number is right, whatever the public-security register answers.
        case genuine

        /// 不是同一学生 / 同一学生重复注册 / 号码属实.
        public var label: String {
            switch self {
            case .different: "不是同一学生"
            case .same: "同一学生重复注册"
            case .genuine: "号码属实"
            }
        }
    }

    /// In the order of their dossiers; of `genuine` the same twice.
    public var first: CaseParty
    public var second: CaseParty
    public var finding: Finding
    /// Who keeps the number, or the registration; nil where both keep all.
    public var upheld: DossierID?
    /// The number that is disputed, normalised; empty where there is none.
    public var idNumber: String
    public var by: UnitCode
    public var tier: Tier
    /// Rises with each ruling of one unit, across its incarnations.
    public var position: Int64
    /// Chinese; shown to both sides.
    public var reason: String
    public var at: Int64

    public init(
        _ one: CaseParty, _ other: CaseParty, finding: Finding, upheld: DossierID?, idNumber: String, by: UnitCode, tier: Tier,
        position: Int64, reason: String, at: Int64
    ) {
        first = min(one, other)
        second = max(one, other)
        self.finding = finding
        self.upheld = upheld
        self.idNumber = idNumber
        self.by = by
        self.tier = tier
        self.position = position
        self.reason = reason
        self.at = at
    }

    public var pair: DossierPair { DossierPair(first.dossier, second.dossier) }

    /// Whether it makes sense by itself: who is upheld is one of the pair, and one child keeps one registration.
    public var isSound: Bool {
        guard upheld.map({ $0 == first.dossier || $0 == second.dossier }) ?? true else { return false }
        switch finding {
        case .genuine: return first.dossier == second.dossier && !idNumber.isEmpty
        case .same: return first.dossier != second.dossier && upheld != nil
        case .different: return first.dossier != second.dossier
        }
    }

    /// Whether the pair is no problem of this kind for one of the two any more. Of one number at most one of a pair is upheld, so of
    /// all who share it at most one is without a problem.
    /// - Parameter idNumber: the dossier's present number, normalised.
    public func settles(_ kind: DuplicateKind, for dossier: DossierID, idNumber: String) -> Bool {
        switch kind {
        case .idDuplicate: finding != .genuine && upheld == dossier && self.idNumber == idNumber
        case .nsdDuplicate, .nsdCross, .suspect: finding == .different || finding == .same && upheld == dossier
        case .idInvalid: finding == .genuine && self.idNumber == idNumber
        }
    }

    /// Whether the pair is the same child's and another registration of it stays.
    public func isAgainst(_ dossier: DossierID) -> Bool { finding == .same && upheld != nil && upheld != dossier }

    /// The higher tier's prevails, then the later of one unit. Between units of one tier (after a school has moved) the set decides.
    func prevails(over other: Ruling) -> Bool {
        (tier, position, by, text) > (other.tier, other.position, other.by, other.text)
    }

    /// What is left to tell two rulings at one position apart: a writer's that ran twice or went back.
    private var text: String {
        [
            finding.rawValue, upheld?.description ?? "", idNumber, reason, String(at), first.home.text, String(first.topology),
            second.home.text, String(second.topology),
        ].joined(separator: "\n")
    }
}

/// Two dossiers without order.
public struct DossierPair: Sendable, Hashable, Comparable {
    public let first: DossierID
    public let second: DossierID

    public init(_ one: DossierID, _ other: DossierID) {
        first = min(one, other)
        second = max(one, other)
    }

    public func other(than dossier: DossierID) -> DossierID { dossier == first ? second : first }

    public static func < (lhs: DossierPair, rhs: DossierPair) -> Bool { (lhs.first, lhs.second) < (rhs.first, rhs.second) }
}

/// What only one ruling can count about.
private struct RulingSubject: Hashable {
    let pair: DossierPair
    let number: String
}

extension [Ruling] {
    /// Of each pair the one that counts, in the order of the pairs. Of `genuine` rulings each number has its own.
    public var counting: [Ruling] {
        var chosen: [RulingSubject: Ruling] = [:]
        for ruling in self where ruling.isSound {
            let about = RulingSubject(pair: ruling.pair, number: ruling.finding == .genuine ? ruling.idNumber : "")
            if let other = chosen[about], !ruling.prevails(over: other) { continue }
            chosen[about] = ruling
        }
        return chosen.values.sorted { ($0.pair, $0.idNumber) < ($1.pair, $1.idNumber) }
    }
}

extension Dossier {
    /// Cards in one verdict; a group may be larger. Such a verdict is settled by no ruling until all its pairs have a place in it.
    public static let maxPeers = 50

    /// What counts of a pair with another dossier; nil where nobody has ruled.
    public func ruling(with other: DossierID) -> Ruling? {
        let pair = DossierPair(id, other)
        return rulings.first { $0.pair == pair }
    }

    /// The record that the check speaks about before anyone decides: the proposed one of a change (Q71).
    public var checkedRecord: StudentRecord { openCase?.checked ?? record }

    /// Whether the pair that a verdict names is settled for this dossier.
    public func isSettled(_ peer: PeerCard, in verdict: Verdict) -> Bool { isSettled(peer, idNumber: idNumber(verdict)) }

    /// - Parameter idNumber: the number that the verdict speaks about, normalised.
    public func isSettled(_ peer: PeerCard, idNumber: String) -> Bool {
        guard let kind = DuplicateKind(rawValue: peer.problem) else { return false }
        return ruling(with: peer.dossier)?.settles(kind, for: id, idNumber: idNumber) ?? false
    }

    /// The number that a verdict speaks about.
    private func idNumber(_ verdict: Verdict) -> String {
        KeyFields(verdict.keyDigest == keyDigest ? record : checkedRecord).idNumber
    }

    /// The problems of a verdict that rulings have not settled (问题学籍).
    public func openProblems(of verdict: Verdict) -> [String] {
        verdict.openProblems.filter { problem in
            let peers = verdict.peers.filter { $0.problem == problem }
            return peers.isEmpty || peers.count >= Self.maxPeers || !peers.allSatisfy { isSettled($0, in: verdict) }
        }
    }

    /// Whether nothing of a verdict stands against the registration any more.
    public func isClean(_ verdict: Verdict) -> Bool { openProblems(of: verdict).isEmpty }

    /// Whether a verdict of this tier or above calls the proposed version clean (Q71).
    public func isProposalClean(atLeast tier: Tier) -> Bool {
        proposalVerdicts.contains { $0.tier >= tier && isClean($0) } && proposalVerdicts.allSatisfy { isClean($0) }
    }

    /// Whom the group's open problems name, each once, in order: all authorities' verdicts together.
    public var openPeers: [PeerCard] {
        var known: Set<DossierID> = []
        let open = (verdicts + proposalVerdicts).sorted { $0.tier > $1.tier }.flatMap { verdict in
            verdict.peers.filter { DuplicateKind(rawValue: $0.problem)?.isProblem ?? true && !isSettled($0, in: verdict) }
        }
        return open.filter { known.insert($0.dossier).inserted }.sorted { $0.dossier < $1.dossier }
    }
}
