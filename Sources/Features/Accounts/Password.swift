import CryptoExtras
import FoundationEssentials
import Protocol

/// A password as it is kept: scrypt with its own salt and cost, so that the cost can rise later.
public struct Password: Sendable, Hashable {
    /// 1 byte version, log2 of rounds, block size, parallelism; 16 bytes salt; 32 bytes key.
    public let bytes: [UInt8]

    static let version: UInt8 = 1
    /// Enough for a one-time password: its 60 random bits are out of reach of guessing at any speed.
    static let oneTimeCost: [UInt8] = [12, 8, 1]

    /// What a password that a person chose costs: as OWASP recommends, in blocks of 8, three times.
    static func chosenCost(_ surroundings: Surroundings) -> [UInt8] { [surroundings.passwordRounds, 8, 3] }

    /// Hashes a password that a person chose.
    public init(_ text: String, _ surroundings: Surroundings) throws {
        try self.init(text, salt: surroundings.randomBytes(16), cost: Self.chosenCost(surroundings))
    }

    init(_ text: String, salt: [UInt8], cost: [UInt8]) throws {
        bytes = [Self.version] + cost + salt + (try Self.derive(text, salt: salt, cost: cost))
    }

    /// Whether comparing takes the time it takes for a chosen password.
    func isAsCostlyAsChosen(_ surroundings: Surroundings) -> Bool { Array(bytes[1..<4]) == Self.chosenCost(surroundings) }

    /// Nil when the bytes are not of a version that this program knows.
    public init?(stored: some Sequence<UInt8>) {
        let bytes = Array(stored)
        guard bytes.count == 52, bytes[0] == Self.version else { return nil }
        self.bytes = bytes
    }

    /// Whether comparing stays within time and memory: a hash that came from elsewhere may ask for any.
    var isBearable: Bool { (10...16).contains(bytes[1]) && bytes[2] == 8 && (1...4).contains(bytes[3]) }

    /// What nobody knows the password to.
    static func unknown(_ surroundings: Surroundings) throws -> Password {
        try Password(oneTime(surroundings) + oneTime(surroundings), salt: surroundings.randomBytes(16), cost: oneTimeCost)
    }

    /// Whether `text` is the password; takes the same time for right and wrong.
    public func matches(_ text: String) throws -> Bool {
        let key = try Self.derive(text, salt: Array(bytes[4..<20]), cost: Array(bytes[1..<4]))
        var difference: UInt8 = 0
        for (mine, theirs) in zip(bytes[20...], key) { difference |= mine ^ theirs }
        return difference == 0
    }

    private static func derive(_ text: String, salt: [UInt8], cost: [UInt8]) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(text.utf8), salt: salt, outputByteCount: 32, rounds: 1 << Int(cost[0]), blockSize: Int(cost[1]),
            parallelism: Int(cost[2]))
        return key.withUnsafeBytes { Array($0) }
    }

    /// Spends the time of a comparison where there is no account, or only a one-time password, to compare with.
    static func spendTime(on text: String, _ surroundings: Surroundings) throws {
        _ = try derive(text, salt: [UInt8](repeating: 0, count: 16), cost: chosenCost(surroundings))
    }

    /// A one-time password that can be read aloud and typed: 12 letters and digits in three groups, 60 bits.
    public static func oneTime(_ surroundings: Surroundings) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        let letters = surroundings.randomBytes(12).map { alphabet[Int($0 & 31)] }
        return [letters[0..<4], letters[4..<8], letters[8..<12]].map { String($0) }.joined(separator: "-")
    }

    /// Why a password chosen by a person will not do; nil when it will (Q110).
    public static func fault(in text: String, account: String) -> Refusal? {
        let kinds = [
            text.contains { $0.isLowercase }, text.contains { $0.isUppercase }, text.contains(where: \.isNumber),
            text.contains { !$0.isLetter && !$0.isNumber },
        ].count { $0 }
        if text.count < 8 || text.utf8.count > 256 { return weak("新密码应为 8 至 64 个字符。") }
        if kinds < 2 { return weak("新密码过于简单。") }
        if text.lowercased().contains(account.lowercased()) { return weak("新密码不能包含账号名。") }
        if Set(text).count < 5 { return weak("新密码重复字符过多。") }
        return nil
    }

    private static func weak(_ message: String) -> Refusal {
        Refusal("password.weak", question: "Q110", message, remedy: "请至少使用字母、数字、符号中的两类，共 8 个字符以上。", kind: .usage)
    }
}
