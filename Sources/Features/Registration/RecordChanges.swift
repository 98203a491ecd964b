import Rules

/// What a school has changed since it last submitted: the reviewer sees both texts side by side and reads nothing twice.
enum RecordChanges {
    struct Item: Encodable, Sendable, Hashable {
        let field: String
        /// Texts as in the workbook; empty where the item was not filled.
        let before, after: String
    }

    struct Answer: Encodable, Sendable, Hashable {
        /// When the record was submitted that the present one is compared with; RFC 3339.
        let since: String
        let items: [Item]
    }

    /// Nil where the dossier has not been submitted before. Compares versions of the record in the chain: supplements have no place in it.
    static func sinceLastSubmission(_ dossier: Dossier) -> Answer? {
        let isWaiting = dossier.stand == .submitted || dossier.stand == .enrolled
        let submissions = dossier.chain.indices.filter { dossier.chain[$0].kind == .submit }
        guard let last = isWaiting ? submissions.dropLast().last : submissions.last,
              let before = dossier.chain[...last].last(where: { $0.record != nil })?.record else { return nil }
        let after = dossier.recordOfChain
        let items = after.differences(from: before).map { Item(field: $0.label, before: text(before, $0), after: text(after, $0)) }
        return Answer(since: ChinaTime.text(dossier.chain[last].at), items: items)
    }

    /// What an open case would change.
    static func proposed(_ open: OpenCase, _ dossier: Dossier) -> [Item] {
        guard let proposal = open.opening.proposal else { return [] }
        let after = open.opening.applied(to: dossier.record)
        let fields = open.stand.isKeyChange ? open.opening.fields : proposal.differences(from: dossier.recordOfChain)
        return fields.map { Item(field: $0.label, before: text(dossier.record, $0), after: text(after, $0)) }
    }

    static func text(_ record: StudentRecord, _ field: StudentField) -> String {
        record[field].map { field.codeTable?.text(for: $0) ?? $0 } ?? ""
    }
}
