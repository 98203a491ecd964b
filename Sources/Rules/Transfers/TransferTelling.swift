/// What a step in the pupil's dossier is to those who do not hold it: how it went and where the transfer is now. A column of the
/// workflow's rows; the unit that takes the step tells it (`TransferNotice`).
public struct TransferTelling: Sendable, Hashable {
    public let outcome: TransferNotice.Outcome
    public let station: TransferStation

    init(_ outcome: TransferNotice.Outcome, _ station: TransferStation) {
        self.outcome = outcome
        self.station = station
    }

    /// Of a step of the case; nil for one that nobody waits for. The hand-over is the step that mergers have too: of a transfer it is the
    /// one that leads to the receiving school.
    public static func of(_ kind: StepKind) -> TransferTelling? {
        if kind == .handOver { return TransferTelling(.completed, .placing) }
        return Workflow.transferRows.first { $0.step == kind }?.tells
    }
}

/// Who has part in a transfer, as the home page sees it.
public enum TransferParty: String, Sendable, Hashable, CaseIterable {
    case receivingSchool, receivingAuthority, releasingSchool, releasingAuthority
}

/// 转学近况: which party is told on its home page of what has become of its transfer, and in which words. What waits for the unit itself
/// stands among its tasks and not here.
public enum TransferNews {
    public struct Row: Sendable, Hashable {
        public let state: TransferState
        /// Nil: at any.
        public let station: TransferStation?
        public let told: Set<TransferParty>
        /// Chinese.
        public let label: String
    }

    public static let rows: [Row] = [
        Row(state: .returned, station: nil, told: [.receivingSchool, .receivingAuthority, .releasingSchool, .releasingAuthority], label: "已退回转入学校"),
        Row(state: .withdrawn, station: nil, told: [.receivingAuthority, .releasingSchool, .releasingAuthority], label: "转入学校已撤销"),
        Row(state: .completed, station: nil, told: Set(TransferParty.allCases), label: "已调档办结"),
        Row(state: .underWay, station: .receivingProvince, told: [.receivingSchool], label: "转入学校主管部门已同意"),
        Row(state: .underWay, station: .releasingSchool, told: [.receivingSchool, .receivingAuthority], label: "转入方已同意，待转出学校"),
        Row(state: .underWay, station: .releasingAuthority, told: [.receivingSchool, .receivingAuthority], label: "转出学校已同意"),
        Row(state: .underWay, station: .releasingProvince, told: [.receivingSchool, .releasingSchool], label: "转出学校主管部门已同意"),
        Row(state: .underWay, station: .ferry, told: Set(TransferParty.allCases), label: "转出方已核准，待调档"),
    ]

    /// What a party is told; nil where it is not.
    public static func label(_ state: TransferState, at station: TransferStation, for party: TransferParty) -> String? {
        rows.first { $0.state == state && ($0.station ?? station) == station && $0.told.contains(party) }?.label
    }
}
