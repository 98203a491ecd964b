/// 外来务工随迁子女 (Q35): never typed, always worked out from where the household is registered and where the school is.
public enum MigrantStatus: String, Sendable, Hashable, CaseIterable {
    /// 外省
    case otherProvince
    /// 本省外县
    case otherCounty
    /// 否
    case local

    public var label: String {
        switch self {
        case .otherProvince: "外省"
        case .otherCounty: "本省外县"
        case .local: "否"
        }
    }

    /// Compares household county and school county; nil when either is unknown. Pupils beyond compulsory education are
    /// `local`, as the definition speaks of compulsory education only.
    public static func of(_ record: StudentRecord, schoolDivision: String) -> MigrantStatus? {
        guard let household = record[.hukouDivision]?.prefix(6), household.count == 6, schoolDivision.count == 6,
              let code = ClassCode(record.classCode) else { return nil }
        guard code.stage.isCompulsory else { return .local }
        if household == schoolDivision { return .local }
        return household.prefix(2) == schoolDivision.prefix(2) ? .otherCounty : .otherProvince
    }
}
