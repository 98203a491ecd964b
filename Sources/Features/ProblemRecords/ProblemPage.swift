import FoundationEssentials
import Protocol
import Rules
import Store

/// One problem record as whoever decides sees it: the group by its cards, what has been ruled, what lies beside it, what is proposed.
enum ProblemPage {
    struct Peer: Encodable, Sendable {
        let dossier, name, sex, birthDate, school, schoolName: String
        let problems: [String]
        let isSettled: Bool
        /// Who may rule on the pair: the lowest common authority of the two homes.
        @OrNull var authority: String?
        var ruling: RulingItem?
    }

    struct RulingItem: Encodable, Sendable {
        let first, second, finding, label, by, byName, tier, reason, at: String
        @OrNull var upheld: String?

        init(_ ruling: Ruling, _ directory: UnitDirectory) {
            first = ruling.first.dossier.description
            second = ruling.second.dossier.description
            finding = ruling.finding.rawValue
            label = ruling.finding.label
            by = ruling.by.text
            byName = directory.unit(ruling.by)?.name ?? ruling.by.text
            tier = ruling.tier.rawValue
            reason = ruling.reason
            at = ChinaTime.text(ruling.at)
            _upheld = OrNull(wrappedValue: ruling.upheld?.description)
        }
    }

    struct Case: Encodable, Sendable {
        let stand, label, since, reason: String
        /// Of a change, what the check of the proposed version says; absent for evidence and deletion.
        let check: ProposalCheck?
        let evidence: [AttachmentOperations.Item]
        let changes: [RecordChanges.Item]
    }

    struct Request: Encodable, Sendable { let by, byName, text, at: String }

    struct Page: Encodable, Sendable {
        let dossier, name, school, schoolName, state: String
        @OrNull var holder: String?
        let problems: [String]
        let peers: [Peer]
        var openCase: Case?
        /// Why the last case came back; absent where none did.
        var returned: String?
        /// What authorities have asked for, newest first.
        let requests: [Request]
        /// 不一致 or 查无此人, as the public-security register answers.
        var answer: String?
    }

    static func page(_ id: DossierID, sight unit: UnitCode, _ reading: Reading) throws -> Page {
        let dossier = try DossierPage.dossier(id, sight: unit, reading)
        return Page(
            dossier: id.description, name: dossier.record.name, school: dossier.home.text,
            schoolName: reading.directory.unit(dossier.home)?.name ?? dossier.home.text, state: dossier.state.rawValue,
            holder: dossier.holder?.text, problems: dossier.problems, peers: peers(dossier, reading.directory),
            openCase: try dossier.openCase.map { try shown($0, dossier, reading) }, returned: dossier.reasonOfReturn,
            requests: dossier.requests.reversed().map {
                Request(by: $0.by.text, byName: reading.directory.unit($0.by)?.name ?? $0.by.text, text: $0.text, at: ChinaTime.text($0.at))
            },
            answer: answers[dossier.identityAnswer ?? ""])
    }

    private static let answers = ["mismatch": "公安核验：不一致", "unknown": "公安核验：查无此人"]

    private static func peers(_ dossier: Dossier, _ directory: UnitDirectory) -> [Peer] {
        let cards = (dossier.verdicts + dossier.proposalVerdicts).sorted { $0.tier > $1.tier }.flatMap { verdict in
            verdict.peers.map { (card: $0, isSettled: dossier.isSettled($0, in: verdict)) }
        }
        return Dictionary(grouping: cards, by: \.card.dossier).sorted { $0.key < $1.key }.compactMap { id, cards in
            guard let card = cards.first?.card else { return nil }
            return Peer(
                dossier: id.description, name: card.name, sex: card.sex, birthDate: card.birthDate, school: card.school.text,
                schoolName: card.schoolName, problems: Set(cards.map(\.card.problem)).sorted(),
                isSettled: cards.allSatisfy(\.isSettled),
                authority: directory.lowestCommonAuthority(dossier.home, card.school)?.text,
                ruling: dossier.ruling(with: id).map { RulingItem($0, directory) })
        }
    }

    private static func shown(_ open: OpenCase, _ dossier: Dossier, _ reading: Reading) throws -> Case {
        let attachments = try BlobRegister(reading).attachments(of: dossier.id, by: dossier.home)
        return Case(
            stand: open.stand.rawValue, label: open.stand.caseLabel, since: ChinaTime.text(open.opened.at), reason: open.opened.reason ?? "",
            check: open.checked == nil ? nil : try ProposalCheck(of: dossier, reading),
            evidence: try attachments.filter { open.opening.evidence.contains($0.hash) }.map { try AttachmentOperations.shown($0, reading) },
            changes: RecordChanges.proposed(open, dossier))
    }
}

extension Dossier {
    /// Why the last application about the pupil came back to the school; nil where none did, or something was done since.
    var reasonOfReturn: String? {
        guard let last = chain.last, [.sendBackCase, .refuseProblemDeletion].contains(last.kind) else { return nil }
        return last.reason
    }
}
