import FoundationEssentials
import GRDB
import Protocol
import Rules

extension Reading {
    /// The envelopes that make a key of a unit known to whoever knows the centre's: the one that enrols it, the one that enrols the key
    /// which signed that, and so on. Of each all other entries are erased, as the centre may do; it verifies as it stood.
    /// - Returns: nil where a link is not stored here.
    public func enrolmentChain(of unit: UnitCode, keyID: [UInt8]) throws -> [Envelope]? {
        var chain: [Envelope] = []
        var (unit, keyID) = (unit, keyID)
        while unit != .centre {
            guard chain.count < 8, let link = try enrolment(of: unit, keyID: keyID) else { return nil }
            chain.append(link)
            (unit, keyID) = (link.stream.unit, link.keyID)
        }
        return chain
    }

    private func enrolment(of unit: UnitCode, keyID: [UInt8]) throws -> Envelope? {
        let rows = try Row.fetchCursor(database, sql: """
            SELECT e.bytes FROM unit_key k JOIN stream s ON s.unit = k.issuer AND s.audience = ? JOIN envelope e ON e.stream = s.id
            WHERE k.unit = ? AND k.key_id = ? ORDER BY e.position
            """, arguments: [Audience.subtree(unit).text, unit.text, Data(keyID)])
        while let row = try rows.next() {
            let envelope = try Envelope(bytes: Array(row["bytes"] as Data))
            let slot = try envelope.entries().firstIndex { entry in
                entry.flatMap(KeyEnrolment.init(entry:)).map { $0.unit == unit && $0.publicKey.id == keyID } ?? false
            }
            if let slot { return try envelope.keeping(slot) }
        }
        return nil
    }
}

extension KeyEnrolment {
    /// Nil for an entry of another kind.
    init?(entry: Entry) {
        guard entry.kind == EntryKind.key.rawValue, let enrolment = Payload.key(entry.payload) else { return nil }
        self = enrolment
    }
}

extension UnitDirectory {
    /// What a node can say about a key.
    public enum KeyStanding: Sendable, Hashable {
        case good(StatementPublicKey)
        case revoked
        /// No chain leads to it from a key that is known here.
        case unknown
    }

    /// A key of a unit, known here or by a chain of enrolments from a key that is known here. Each link counts as it would in the
    /// directory: signed by its issuer, who stood above the unit by the record that it names, and not beyond what a revocation left good.
    public func standing(of unit: UnitCode, keyID: [UInt8], chain: ArraySlice<Envelope>) throws -> KeyStanding {
        if let known = try keys(of: unit).first(where: { $0.publicKey.id == keyID }) {
            return try isRevoked(known) ? .revoked : .good(known.publicKey)
        }
        guard let link = chain.first else { return .unknown }
        switch try standing(of: link.stream.unit, keyID: link.keyID, chain: chain.dropFirst(), forPast: link) {
        case .unknown: return .unknown
        case .revoked: return .revoked
        case .good(let issuer):
            guard (try? link.verify(issuer)) != nil, let entries = try? link.entries() else { return .unknown }
            let enrolment = entries.lazy.compactMap { $0.flatMap(KeyEnrolment.init(entry:)) }.first { $0.unit == unit && $0.publicKey.id == keyID }
            guard let enrolment, enrolment.issuer == link.stream.unit, enrolment.issuer != unit, stoodAbove(enrolment) else { return .unknown }
            return try isRevoked(enrolment) ? .revoked : .good(enrolment.publicKey)
        }
    }

    /// An issuer's key may have been revoked later: what it had signed before stands.
    private func standing(of unit: UnitCode, keyID: [UInt8], chain: ArraySlice<Envelope>, forPast link: Envelope) throws -> KeyStanding {
        if let known = try key(of: unit, id: keyID) { return try isRevoked(link) ? .revoked : .good(known) }
        return try standing(of: unit, keyID: keyID, chain: chain)
    }

    private func stoodAbove(_ enrolment: KeyEnrolment) -> Bool {
        guard let record = enrolment.topology == 0 ? unit(enrolment.unit) : unit(enrolment.unit, version: enrolment.topology) else { return false }
        return TopologyOfRecord(self, record).contains(enrolment.issuer, enrolment.unit)
    }

    private func isRevoked(_ enrolment: KeyEnrolment) throws -> Bool {
        try revocations(of: enrolment.unit).contains { $0.covers(generation: enrolment.generation, topology: enrolment.topology) }
    }
}

extension Transaction {
    /// Signs as a hosted unit a text that is no envelope. It has to begin with words of its own, so that it can be taken for nothing else.
    public func sign(_ text: [UInt8], as unit: UnitCode) throws -> (signature: [UInt8], keyID: [UInt8]) {
        let key = try secret(of: unit)
        return (try key.sign(text), key.publicKey.id)
    }
}
