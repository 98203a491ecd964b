import Rules

/// 公安身份核验 (M-VER) of one pupil.
public struct IdentityQuery: Sendable, Hashable {
    public let dossier: DossierID
    public let keyDigest: Digest
    public let name: String
    public let sex: String
    public let birthDate: String
    public let idNumber: String
}

/// What the register of citizens says.
public enum IdentityVerdict: String, Sendable, Hashable, CaseIterable {
    case matched
    /// 身份证号与姓名不匹配
    case mismatch
    /// 身份证号不存在
    case unknown
    /// No resident ID: a number J follows the centre's verdict alone.
    case nothingToVerify
}

/// Which adapter the centre uses: embedded local rules, an exchange of batch files, or an HTTP service.
public enum PublicSecurityAdapter: Sendable, Hashable {
    case localRules
    /// Queries are written to `out/`, answers taken from `in/` of this folder.
    case batchFiles(folder: String)
    /// POST of a JSON query to this URL.
    case service(url: String)

    /// Reads `local`, `files:FOLDER` or `http://…`; nil for anything else.
    public init?(_ text: String) {
        if text.isEmpty || text == "local" { self = .localRules }
        else if text.hasPrefix("files:") { self = .batchFiles(folder: String(text.dropFirst(6))) }
        else if text.hasPrefix("http://") || text.hasPrefix("https://") { self = .service(url: text) }
        else { return nil }
    }
}

/// The embedded default: the number itself must hold, and agree with birth date and sex.
public enum LocalIdentityRules {
    public static func judge(_ query: IdentityQuery, on today: CalendarDate, divisions: any DivisionLookup) -> IdentityVerdict {
        guard ResidentIDNumber.judge(query.idNumber, on: today, divisions: divisions).isValid else { return .unknown }
        guard ResidentIDNumber.birthDate(of: query.idNumber)?.compact == query.birthDate,
              ResidentIDNumber.sex(of: query.idNumber) == query.sex else { return .mismatch }
        return .matched
    }
}
