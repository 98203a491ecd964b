import Protocol
import Rules
import Store

/// Which blobs a node is to have: those of the units it hosts, and those of the units whose next node above it is: the competent
/// authority's, or, where that hosts the school itself, the one above it, so that no file lies on one disk alone. Policy
/// `attachments.reach` of the province has every authority up to a tier keep them. Other nodes fetch one when somebody asks.
struct BlobReach {
    private let reading: Reading
    private let hosted: Set<UnitCode>
    private let policies: PolicyShelf

    init(_ reading: Reading) throws {
        self.reading = reading
        hosted = Set(try reading.hostedUnits())
        policies = PolicyShelf(reading)
    }

    func isKept(home: UnitCode) throws -> Bool {
        if hosted.contains(home) { return true }
        let above = reading.directory.path(of: home).dropFirst()
        if let next = try nextNode(above: home, above), hosted.contains(next) { return true }
        guard let reach = Tier(rawValue: try policies.value("attachments.reach", for: home)) else { return false }
        return above.contains { unit in hosted.contains(unit) && (reading.directory.tier(of: unit).map { $0 <= reach } ?? false) }
    }

    /// The first authority above that another node speaks for.
    private func nextNode(above home: UnitCode, _ above: some Sequence<UnitCode>) throws -> UnitCode? {
        let node = try reading.directory.activeKey(of: home)?.node
        return try above.first { try reading.directory.activeKey(of: $0)?.node != node }
    }
}
