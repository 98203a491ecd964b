import FoundationEssentials
import Rules

/// What a school certifies on paper (Q105): who, under which number, at which school, from when until when.
public struct Attestation: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 学籍卡.
        case studentCard
        /// 转学证明.
        case transfer

        public var label: String {
            switch self {
            case .studentCard: "学籍卡"
            case .transfer: "转学证明"
            }
        }
    }

    public var kind: Kind
    public var unit: UnitCode
    public var schoolName: String
    public var name: String
    /// 全国学籍号.
    public var number: String
    /// `小学三年级`; empty where it is not known.
    public var grade: String
    public var issuedOn: CalendarDate
    public var lastDay: CalendarDate
    /// 8 random bytes.
    public var serial: [UInt8]
    /// Of a transfer, the receiving school.
    public var target: UnitCode?
    public var targetName: String

    public init(
        kind: Kind, unit: UnitCode, schoolName: String, name: String, number: String, grade: String, issuedOn: CalendarDate,
        lastDay: CalendarDate, serial: [UInt8], target: UnitCode? = nil, targetName: String = ""
    ) {
        self.kind = kind
        self.unit = unit
        self.schoolName = schoolName
        self.name = name
        self.number = number
        self.grade = grade
        self.issuedOn = issuedOn
        self.lastDay = lastDay
        self.serial = serial
        self.target = target
        self.targetName = targetName
    }

    /// `9f3c-02ab-…`: names the paper in conversation.
    public var serialText: String {
        let digits = serial.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return stride(from: 0, to: digits.count, by: 4).map { start in
            String(digits.dropFirst(start).prefix(4))
        }.joined(separator: "-")
    }

    public var bytes: [UInt8] {
        var wire = WireAttestation()
        wire.kind = kind.rawValue
        wire.unit = unit.text
        wire.schoolName = schoolName
        wire.name = name
        wire.number = number
        wire.grade = grade
        wire.issuedOn = UInt32(clamping: issuedOn.daysSince1970)
        wire.lastDay = UInt32(clamping: lastDay.daysSince1970)
        wire.serial = .init(serial)
        wire.target = target?.text ?? ""
        wire.targetName = targetName
        return Wire.bytes(wire)
    }

    /// Nil when the bytes are none.
    public init?(bytes: [UInt8]) {
        guard let wire = try? WireAttestation(serializedBytes: bytes), let kind = Kind(rawValue: wire.kind), !wire.unit.isEmpty,
              !wire.name.isEmpty, !wire.number.isEmpty, wire.serial.count == 8, wire.issuedOn <= wire.lastDay, wire.lastDay < 2_900_000,
              wire.target.isEmpty == (kind != .transfer) else { return nil }
        self.init(
            kind: kind, unit: UnitCode(wire.unit), schoolName: wire.schoolName, name: wire.name, number: wire.number, grade: wire.grade,
            issuedOn: CalendarDate(daysSince1970: Int(wire.issuedOn)), lastDay: CalendarDate(daysSince1970: Int(wire.lastDay)),
            serial: Array(wire.serial), target: wire.target.isEmpty ? nil : UnitCode(wire.target), targetName: wire.targetName)
    }

    /// What the unit's statement key signs: nothing else that it signs begins so.
    public static func signedText(_ bytes: [UInt8]) -> [UInt8] { Array("xueji attestation 1\n".utf8) + bytes }
}

/// The code on the paper: the attestation, its signature, and the links by which the key is known from the centre's key on.
public struct SignedAttestation: Sendable, Hashable {
    public var attestation: Attestation
    /// As signed.
    public let content: [UInt8]
    public var keyID: [UInt8]
    public var signature: [UInt8]
    /// Envelopes: one that enrols the key, one that enrols the key by which that was signed, and so on upwards.
    public var chain: [[UInt8]]

    private static let prefix = "XUEJI1:"
    /// Characters of a code that is read at all.
    private static let longest = 20_000

    public init(_ attestation: Attestation, keyID: [UInt8], signature: [UInt8], chain: [[UInt8]]) {
        self.attestation = attestation
        content = attestation.bytes
        self.keyID = keyID
        self.signature = signature
        self.chain = chain
    }

    /// For QR codes and command lines: base64url after a prefix.
    public var text: String {
        var wire = WireSignedAttestation()
        wire.attestation = .init(content)
        wire.keyID = .init(keyID)
        wire.signature = .init(signature)
        wire.chain = chain.map { .init($0) }
        let coded = Data(Wire.bytes(wire)).base64EncodedString()
        return Self.prefix + String(coded.compactMap { character -> Character? in
            switch character {
            case "+": "-"
            case "/": "_"
            case "=": nil
            default: character
            }
        })
    }

    /// Nil when the text is no such code; white space plays no part.
    public init?(text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let plain = text.filter { !$0.isWhitespace }
        guard plain.hasPrefix(Self.prefix) else { return nil }
        var coded = String(plain.dropFirst(Self.prefix.count).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        while coded.utf8.count % 4 != 0 { coded += "=" }
        guard let data = Data(base64Encoded: coded), let wire = try? WireSignedAttestation(serializedBytes: Array(data)),
              let attestation = Attestation(bytes: Array(wire.attestation)), wire.keyID.count == 8, wire.signature.count == 64,
              wire.chain.count <= 8 else { return nil }
        self.attestation = attestation
        content = Array(wire.attestation)
        keyID = Array(wire.keyID)
        signature = Array(wire.signature)
        chain = wire.chain.map { Array($0) }
    }

    public func isSigned(by key: StatementPublicKey) -> Bool { key.verifies(signature, of: Attestation.signedText(content)) }
}
