import Protocol
import Rules
import Store

/// Which blobs a node is to have: those of the units it hosts, and those that it reviews (policy `attachments.reach` of the
/// province: the competent authority alone, or every authority up to a tier). Other nodes fetch one when somebody asks.
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
        if let competent = above.first, hosted.contains(competent) { return true }
        guard let reach = Tier(rawValue: try policies.value("attachments.reach", for: home)) else { return false }
        return above.contains { unit in hosted.contains(unit) && (reading.directory.tier(of: unit).map { $0 <= reach } ?? false) }
    }
}
