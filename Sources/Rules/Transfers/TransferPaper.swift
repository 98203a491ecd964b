/// 转学附件: what a file of an application shows. Raw values are on the wire and the contract's; append-only.
public enum TransferPaper: String, Sendable, Hashable, CaseIterable {
    case residence, household, guardian, work, consent, other

    /// 居住证明 / 户口簿 / 监护人申请 …
    public var label: String {
        switch self {
        case .residence: "居住证明"
        case .household: "户口簿"
        case .guardian: "监护人转学申请"
        case .work: "监护人工作证明"
        case .consent: "转入学校接收意见"
        case .other: "其他材料"
        }
    }
}

/// Which papers a transfer may be asked for: the one table of them. Whether one of its lines is asked for is the receiving
/// province's policy `transfer.papers`.
public enum TransferPaperTable {
    /// Paper × kinds of transfer that it is asked for in. `other` is nobody's to demand.
    public static let rows: [(paper: TransferPaper, kinds: Set<TransferKind>)] = [
        (.residence, Set(TransferKind.allCases)),
        (.household, [.withinProvince, .acrossProvinces]),
        (.guardian, Set(TransferKind.allCases)),
        (.work, [.withinProvince, .acrossProvinces]),
        (.consent, Set(TransferKind.allCases)),
    ]

    /// The papers that an application of this kind needs, in the order of the table.
    /// - Parameter asked: what the policy names.
    public static func needed(_ kind: TransferKind, asked: Set<TransferPaper>) -> [TransferPaper] {
        rows.filter { asked.contains($0.paper) && $0.kinds.contains(kind) }.map(\.paper)
    }

    /// Whether a policy may name it.
    public static func mayBeAsked(_ paper: TransferPaper) -> Bool { rows.contains { $0.paper == paper } }
}
