import Rules

/// An authority wants to read the audit trail of a unit directly below, whose node is another.
public struct TrailQuestion: Sendable, Hashable {
    /// 8 random bytes.
    public var id: [UInt8]
    public var unit: UnitCode
    public var by: UnitCode
    /// The newest lines, at most so many.
    public var limit: Int

    public init(id: [UInt8], unit: UnitCode, by: UnitCode, limit: Int) {
        self.id = id
        self.unit = unit
        self.by = by
        self.limit = limit
    }

    init?(_ wire: WireTrailQuestion) {
        guard wire.id.count == 8, !wire.unit.isEmpty, !wire.by.isEmpty else { return nil }
        self.init(id: Array(wire.id), unit: UnitCode(wire.unit), by: UnitCode(wire.by), limit: Int(wire.limit))
    }

    var wire: WireTrailQuestion {
        var wire = WireTrailQuestion()
        wire.id = .init(id)
        wire.unit = unit.text
        wire.by = by.text
        wire.limit = UInt32(clamping: limit)
        return wire
    }
}

/// One line of a trail: what `AuditTrail` keeps, and nothing more.
public struct TrailLine: Sendable, Hashable {
    /// Seconds since 1970.
    public var at: Int64
    public var account, operation, subject, outcome: String

    public init(at: Int64, account: String, operation: String, subject: String, outcome: String) {
        self.at = at
        self.account = account
        self.operation = operation
        self.subject = subject
        self.outcome = outcome
    }
}

/// What a unit's node tells.
public enum TrailTold: Sendable, Hashable {
    /// Newest first.
    case lines([TrailLine])
    /// A code.
    case refused(String)
}

public struct TrailAnswer: Sendable, Hashable {
    public static let mostLines = 1000

    public var session: SessionToken
    /// Of the question.
    public var id: [UInt8]
    public var told: TrailTold

    public init(session: SessionToken, id: [UInt8], told: TrailTold) {
        self.session = session
        self.id = id
        self.told = told
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireTrailAnswer(serializedBytes: bytes), let session = SessionToken(wire.session), wire.id.count == 8,
              wire.lines.count <= Self.mostLines else { return nil }
        self.session = session
        id = Array(wire.id)
        told = wire.refusal.isEmpty ? .lines(wire.lines.map {
            TrailLine(at: $0.at, account: $0.account, operation: $0.operation, subject: $0.subject, outcome: $0.outcome)
        }) : .refused(wire.refusal)
    }

    public var bytes: [UInt8] {
        var wire = WireTrailAnswer()
        wire.session = .init(session.bytes)
        wire.id = .init(id)
        switch told {
        case .lines(let lines):
            wire.lines = lines.map { line in
                var wire = WireTrailLine()
                wire.at = line.at
                wire.account = line.account
                wire.operation = line.operation
                wire.subject = line.subject
                wire.outcome = line.outcome
                return wire
            }
        case .refused(let code): wire.refusal = code
        }
        return Wire.bytes(wire)
    }
}
