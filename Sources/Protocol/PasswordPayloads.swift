import Rules

/// A superior's order that an account of a unit below begins again with a one-time password (Q111). It travels to that unit alone.
public struct PasswordReset: Sendable, Hashable {
    public var unit: UnitCode
    public var account: String
    /// Salted hash, as accounts keep it.
    public var password: [UInt8]
    public var by: UnitCode
    /// Of the unit's statement key as the issuer knows it: a node that is made anew has other accounts.
    public var keyID: [UInt8]
    /// Version of the unit's record: by that one the issuer stands above.
    public var topology: Int
    /// Rises with each reset of the account; the highest counts.
    public var number: Int
    /// Seconds since 1970, for display.
    public var at: Int64

    public init(
        unit: UnitCode, account: String, password: [UInt8], by: UnitCode, keyID: [UInt8], topology: Int, number: Int, at: Int64
    ) {
        self.unit = unit
        self.account = account
        self.password = password
        self.by = by
        self.keyID = keyID
        self.topology = topology
        self.number = number
        self.at = at
    }

    /// Numbers end here.
    public static let lastNumber = 1_000_000_000
}

/// What became of a reset at the unit's node. Raw values are on the wire.
public enum PasswordOutcome: String, Sendable, Hashable, CaseIterable {
    case done
    /// A newer one for the same account was here before.
    case superseded
    /// There is no such account.
    case noAccount
    /// The issuer does not stand above the unit any more.
    case notAbove
}

/// The unit's own word about a reset.
public struct PasswordReceipt: Sendable, Hashable {
    public var unit: UnitCode
    /// SHA-256 of the reset's payload.
    public var reset: Digest
    public var outcome: PasswordOutcome
    public var at: Int64

    public init(unit: UnitCode, reset: Digest, outcome: PasswordOutcome, at: Int64) {
        self.unit = unit
        self.reset = reset
        self.outcome = outcome
        self.at = at
    }
}

/// What an entry of the kind `passwordReset` says.
public enum PasswordWord: Sendable, Hashable {
    case reset(PasswordReset)
    case receipt(PasswordReceipt)
}

extension Payload {
    public static func encode(_ word: PasswordWord) -> [UInt8] {
        var wire = WirePasswordReset()
        switch word {
        case .reset(let reset):
            wire.unit = reset.unit.text
            wire.account = reset.account
            wire.password = .init(reset.password)
            wire.by = reset.by.text
            wire.keyID = .init(reset.keyID)
            wire.topology = UInt32(reset.topology)
            wire.number = UInt32(reset.number)
            wire.at = reset.at
        case .receipt(let receipt):
            wire.unit = receipt.unit.text
            wire.receiptOf = .init(receipt.reset.bytes)
            wire.outcome = receipt.outcome.rawValue
            wire.at = receipt.at
        }
        return Wire.bytes(wire)
    }

    public static func password(_ payload: [UInt8]) -> PasswordWord? {
        guard let wire = try? WirePasswordReset(serializedBytes: payload), !wire.unit.isEmpty else { return nil }
        if !wire.receiptOf.isEmpty {
            guard let reset = Digest(wire.receiptOf), let outcome = PasswordOutcome(rawValue: wire.outcome) else { return nil }
            return .receipt(PasswordReceipt(unit: UnitCode(wire.unit), reset: reset, outcome: outcome, at: wire.at))
        }
        guard (1...64).contains(wire.account.utf8.count), !wire.by.isEmpty, (1...PasswordReset.lastNumber).contains(Int(wire.number)),
              wire.password.count <= 256 else { return nil }
        return .reset(PasswordReset(
            unit: UnitCode(wire.unit), account: wire.account, password: Array(wire.password), by: UnitCode(wire.by),
            keyID: Array(wire.keyID), topology: Int(wire.topology), number: Int(wire.number), at: wire.at))
    }
}
