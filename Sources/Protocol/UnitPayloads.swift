import Rules
import SwiftProtobuf

/// The issuer's statement that a key speaks for a unit from now on.
public struct KeyEnrolment: Sendable, Hashable {
    public var unit: UnitCode
    public var publicKey: StatementPublicKey
    public var issuer: UnitCode
    /// 1, 2, 3… per unit; of those by the newest record the highest is the active one, the older ones stay valid for what they had signed.
    public var generation: Int
    /// The unit whose node hosts it: itself, or its authority for a hosted school.
    public var node: UnitCode
    /// Version of the unit's record by which the issuer stood above it; 0: an older program did not say.
    public var topology: Int

    public init(
        unit: UnitCode, publicKey: StatementPublicKey, issuer: UnitCode, generation: Int, node: UnitCode, topology: Int = 0
    ) {
        self.unit = unit
        self.publicKey = publicKey
        self.issuer = issuer
        self.generation = generation
        self.node = node
        self.topology = topology
    }
}

/// A range of L numbers lent by the centre: disjoint, bound to one incarnation of the holder. For one birth date, or the same
/// tails for each of many.
public struct Lease: Sendable, Hashable {
    public var holder: UnitCode
    public var incarnation: Incarnation
    /// Six-digit division of the school's area.
    public var division: String
    /// First and last birth date, both `YYYYMMDD`.
    public var birthDates: ClosedRange<String>
    /// Four-digit tails, inclusive, 0…9999.
    public var tails: ClosedRange<Int>

    public init(
        holder: UnitCode, incarnation: Incarnation, division: String, birthDates: ClosedRange<String>, tails: ClosedRange<Int>
    ) {
        self.holder = holder
        self.incarnation = incarnation
        self.division = division
        self.birthDates = birthDates
        self.tails = tails
    }
}

/// A unit begins to write under an incarnation.
public struct IncarnationOpened: Sendable, Hashable {
    public var unit: UnitCode
    public var incarnation: Incarnation
    /// Seconds since 1970, for display.
    public var at: Int64

    public init(unit: UnitCode, incarnation: Incarnation, at: Int64) {
        self.unit = unit
        self.incarnation = incarnation
        self.at = at
    }
}

/// A switch or window set by an authority for its subtree: signed, versioned, flows down.
public struct PolicySetting: Sendable, Hashable {
    /// Where it holds: this unit and all under it.
    public var unit: UnitCode
    public var key: String
    public var value: String
    /// Rises by one with each change of this key at this unit.
    public var version: Int
    public var by: UnitCode
    public var at: Int64

    public init(unit: UnitCode, key: String, value: String, version: Int, by: UnitCode, at: Int64) {
        self.unit = unit
        self.key = key
        self.value = value
        self.version = version
        self.by = by
        self.at = at
    }
}

/// A class of a school (Q15, Q16).
public struct SchoolClass: Sendable, Hashable {
    public var school: UnitCode
    /// Seven digits.
    public var code: String
    /// 0 for the main campus.
    public var campus: Int
    public var isAttached: Bool
    public var isClosed: Bool

    public init(school: UnitCode, code: String, campus: Int, isAttached: Bool, isClosed: Bool = false) {
        self.school = school
        self.code = code
        self.campus = campus
        self.isAttached = isAttached
        self.isClosed = isClosed
    }
}

/// A branch campus, or a private school that stands under a public one (Q2, Q13, Q14): designated by the competent authority.
public struct Campus: Sendable, Hashable {
    public var school: UnitCode
    /// 1…99; 0 is the main campus and is not designated.
    public var number: Int
    public var name: String
    /// 民办, which decides 政府购买学位 (Q36).
    public var isPrivate: Bool
    /// Rises by one with each change.
    public var version: Int
    public var by: UnitCode

    public init(school: UnitCode, number: Int, name: String, isPrivate: Bool, version: Int, by: UnitCode) {
        self.school = school
        self.number = number
        self.name = name
        self.isPrivate = isPrivate
        self.version = version
        self.by = by
    }
}

/// A division the centre added (Q102).
public struct CustomDivision: Sendable, Hashable {
    public var code: String
    public var name: String
    public var parent: String

    public init(code: String, name: String, parent: String) {
        self.code = code
        self.name = name
        self.parent = parent
    }
}

extension Payload {
    public static func encode(_ unit: Unit) -> [UInt8] {
        var wire = WireUnitRecord()
        wire.code = unit.code.text
        wire.name = unit.name
        wire.tier = unit.tier.rawValue
        wire.competent = unit.competent?.text ?? ""
        wire.territorial = unit.territorial?.text ?? ""
        wire.kind = unit.kind
        let stages = unit.stages.sorted()
        wire.stages = stages.map { UInt32($0.rawValue) }
        wire.years = stages.map { UInt32(unit.years[$0] ?? 0) }
        wire.owner = unit.owner
        wire.urban = unit.urban
        wire.closed = unit.isClosed
        wire.version = UInt32(unit.version)
        return Wire.bytes(wire)
    }

    public static func unit(_ payload: [UInt8]) -> Unit? {
        guard let wire = try? WireUnitRecord(serializedBytes: payload), let tier = Tier(rawValue: wire.tier),
              !wire.code.isEmpty else { return nil }
        let stages = wire.stages.compactMap { Stage(rawValue: Int($0)) }
        var years: [Stage: Int] = [:]
        for (stage, count) in zip(stages, wire.years) where count > 0 { years[stage] = Int(count) }
        return Unit(
            code: UnitCode(wire.code), name: wire.name, tier: tier,
            competent: wire.competent.isEmpty ? nil : UnitCode(wire.competent),
            territorial: wire.territorial.isEmpty ? nil : UnitCode(wire.territorial), kind: wire.kind,
            stages: Set(stages), years: years, owner: wire.owner, urban: wire.urban, isClosed: wire.closed,
            version: Int(wire.version))
    }

    public static func encode(_ key: KeyEnrolment) -> [UInt8] {
        var wire = WireKeyEnrolment()
        wire.unit = key.unit.text
        wire.publicKey = .init(key.publicKey.bytes)
        wire.issuer = key.issuer.text
        wire.generation = UInt32(key.generation)
        wire.node = key.node.text
        wire.topology = UInt32(key.topology)
        return Wire.bytes(wire)
    }

    public static func key(_ payload: [UInt8]) -> KeyEnrolment? {
        guard let wire = try? WireKeyEnrolment(serializedBytes: payload), let key = StatementPublicKey(wire.publicKey)
        else { return nil }
        return KeyEnrolment(
            unit: UnitCode(wire.unit), publicKey: key, issuer: UnitCode(wire.issuer), generation: Int(wire.generation),
            node: UnitCode(wire.node), topology: Int(wire.topology))
    }

    public static func encode(_ lease: Lease) -> [UInt8] {
        var wire = WireLease()
        wire.holder = lease.holder.text
        wire.incarnation = .init(lease.incarnation.bytes)
        wire.division = lease.division
        wire.birthDate = lease.birthDates.lowerBound
        if lease.birthDates.upperBound != lease.birthDates.lowerBound { wire.birthThrough = lease.birthDates.upperBound }
        wire.first = UInt32(lease.tails.lowerBound)
        wire.last = UInt32(lease.tails.upperBound)
        return Wire.bytes(wire)
    }

    public static func lease(_ payload: [UInt8]) -> Lease? {
        guard let wire = try? WireLease(serializedBytes: payload), let incarnation = Incarnation(wire.incarnation),
              wire.first <= wire.last, wire.last <= 9999, wire.birthThrough.isEmpty || wire.birthDate <= wire.birthThrough
        else { return nil }
        return Lease(
            holder: UnitCode(wire.holder), incarnation: incarnation, division: wire.division,
            birthDates: wire.birthDate...(wire.birthThrough.isEmpty ? wire.birthDate : wire.birthThrough),
            tails: Int(wire.first)...Int(wire.last))
    }

    public static func encode(_ opened: IncarnationOpened) -> [UInt8] {
        var wire = WireIncarnationOpened()
        wire.unit = opened.unit.text
        wire.incarnation = .init(opened.incarnation.bytes)
        wire.at = opened.at
        return Wire.bytes(wire)
    }

    public static func incarnation(_ payload: [UInt8]) -> IncarnationOpened? {
        guard let wire = try? WireIncarnationOpened(serializedBytes: payload), let incarnation = Incarnation(wire.incarnation)
        else { return nil }
        return IncarnationOpened(unit: UnitCode(wire.unit), incarnation: incarnation, at: wire.at)
    }

    public static func encode(_ setting: PolicySetting) -> [UInt8] {
        var wire = WirePolicySetting()
        wire.unit = setting.unit.text
        wire.key = setting.key
        wire.value = setting.value
        wire.version = UInt32(setting.version)
        wire.by = setting.by.text
        wire.at = setting.at
        return Wire.bytes(wire)
    }

    public static func policy(_ payload: [UInt8]) -> PolicySetting? {
        guard let wire = try? WirePolicySetting(serializedBytes: payload), !wire.key.isEmpty else { return nil }
        return PolicySetting(
            unit: UnitCode(wire.unit), key: wire.key, value: wire.value, version: Int(wire.version),
            by: UnitCode(wire.by), at: wire.at)
    }

    public static func encode(_ schoolClass: SchoolClass) -> [UInt8] {
        var wire = WireSchoolClass()
        wire.school = schoolClass.school.text
        wire.code = schoolClass.code
        wire.campus = UInt32(schoolClass.campus)
        wire.attached = schoolClass.isAttached
        wire.closed = schoolClass.isClosed
        return Wire.bytes(wire)
    }

    public static func schoolClass(_ payload: [UInt8]) -> SchoolClass? {
        guard let wire = try? WireSchoolClass(serializedBytes: payload), wire.code.utf8.count == 7 else { return nil }
        return SchoolClass(
            school: UnitCode(wire.school), code: wire.code, campus: Int(wire.campus), isAttached: wire.attached,
            isClosed: wire.closed)
    }

    public static func encode(_ campus: Campus) -> [UInt8] {
        var wire = WireCampus()
        wire.school = campus.school.text
        wire.number = UInt32(campus.number)
        wire.name = campus.name
        wire.privateSchool = campus.isPrivate
        wire.version = UInt32(campus.version)
        wire.by = campus.by.text
        return Wire.bytes(wire)
    }

    public static func campus(_ payload: [UInt8]) -> Campus? {
        guard let wire = try? WireCampus(serializedBytes: payload), (1...99).contains(wire.number), !wire.name.isEmpty else {
            return nil
        }
        return Campus(
            school: UnitCode(wire.school), number: Int(wire.number), name: wire.name, isPrivate: wire.privateSchool,
            version: Int(wire.version), by: UnitCode(wire.by))
    }

    public static func encode(_ division: CustomDivision) -> [UInt8] {
        var wire = WireCustomDivision()
        wire.code = division.code
        wire.name = division.name
        wire.parent = division.parent
        return Wire.bytes(wire)
    }

    public static func division(_ payload: [UInt8]) -> CustomDivision? {
        guard let wire = try? WireCustomDivision(serializedBytes: payload), wire.code.utf8.count == 6 else { return nil }
        return CustomDivision(code: wire.code, name: wire.name, parent: wire.parent)
    }
}
