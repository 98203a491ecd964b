import FoundationEssentials
import GRDB
import Protocol
import Rules

/// A TLS key of a node below that this node has certified.
public struct IssuedCertificate: Sendable, Hashable {
    public var unit: UnitCode
    /// SHA-256 of the key.
    public var fingerprint: [UInt8]
    /// Generation of the unit's statement key when it was issued: a newer enrolment ends it.
    public var generation: Int
    /// Seconds since 1970.
    public var validity: ClosedRange<Int64>

    public init(unit: UnitCode, fingerprint: [UInt8], generation: Int, validity: ClosedRange<Int64>) {
        self.unit = unit
        self.fingerprint = fingerprint
        self.generation = generation
        self.validity = validity
    }
}

extension Transaction {
    /// Of each unit so many keys count at once: a renewal whose answer was lost must not end the one in use.
    private static let keysPerUnit = 4

    public func noteCertificate(_ certificate: IssuedCertificate) throws {
        try database.execute(
            literal: """
                INSERT OR REPLACE INTO certificate (fingerprint, unit, generation, issued_at, begins_at, ends_at)
                VALUES (\(Data(certificate.fingerprint)), \(certificate.unit.text), \(certificate.generation), \(now),
                        \(certificate.validity.lowerBound), \(certificate.validity.upperBound))
                """)
        try database.execute(
            literal: """
                DELETE FROM certificate WHERE unit = \(certificate.unit.text) AND fingerprint NOT IN (
                  SELECT fingerprint FROM certificate WHERE unit = \(certificate.unit.text)
                  ORDER BY generation DESC, ends_at DESC, issued_at DESC LIMIT \(Self.keysPerUnit))
                """)
    }
}

extension Reading {
    /// The certified key with a fingerprint; nil when this node has not certified it, or no longer stands by it.
    public func certificate(fingerprint: [UInt8]) throws -> IssuedCertificate? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT unit, generation, begins_at, ends_at FROM certificate WHERE fingerprint = ?"),
            arguments: [Data(fingerprint)]
        ).map {
            IssuedCertificate(
                unit: UnitCode($0["unit"]), fingerprint: fingerprint, generation: $0["generation"],
                validity: ($0["begins_at"] as Int64)...($0["ends_at"] as Int64))
        }
    }

    /// Seconds since 1970 when the newest certificate of a node below ends; nil when it has none from here.
    public func certificateEnd(of unit: UnitCode) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT max(ends_at) FROM certificate WHERE unit = ?"), arguments: [unit.text])
    }
}
