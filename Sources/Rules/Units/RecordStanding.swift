/// Whether a unit's record may come from its writer, by the records before it.
public enum RecordStanding: Sendable, Hashable {
    case counts
    /// The record before it, by which it is judged, is not here yet.
    case waits
    /// Why not, in English, for those who look into a node.
    case never(String)
}

extension Topology {
    /// Judges a record that an authority has written about a unit below its competent authority.
    ///
    /// The first record of a unit is the centre's, or that of the province to which its code belongs: with a first record of the same version
    /// another province could take the unit. A later one is judged by the one just before it, whichever counts now: of two of one version
    /// the one that wins must be as lawful as the other. Another competent authority is given by an authority above both.
    public func standing(of record: Unit, by writer: UnitCode) -> RecordStanding {
        guard let tier = tier(of: writer) else { return .never("unknown issuer") }
        // Above all.
        guard tier != .centre else { return .counts }
        guard record.version > 1 else {
            return record.code.provinceDigits == writer.provinceDigits ? .counts : .never("first record of another province's unit")
        }
        guard let present = unit(record.code),
              let before = present.version < record.version ? present : unit(record.code, version: record.version - 1),
              before.version < record.version else { return .waits }
        let isAboveBoth = before.competent.map { contains(writer, $0) } ?? false && TierRights.may(tier, .moveUnits)
        if before.competent == record.competent || isAboveBoth { return .counts }
        // A record between may still be on its way: by that one the writer may be above both.
        return before.version < record.version - 1 ? .waits : .never("move by an authority that is not above both")
    }
}
