import Rules
import Store

extension Reading {
    /// The node's own unit, where it is one that looks for doubles below it: an authority. Nil at a school's node.
    func checkingUnit() throws -> (unit: UnitCode, tier: Tier)? {
        guard let own = try ownUnit(), let tier = directory.tier(of: own), TierRights.may(tier, .checkDuplicates) else { return nil }
        return (own, tier)
    }
}
