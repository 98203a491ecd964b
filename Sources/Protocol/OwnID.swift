import Rules

/// Ids that prove whose they are. The id of a dossier, or of an application for transfer, is made out of the unit that opens it and the act of
/// its first entry: whoever learns it, from a duplicate's peers say, can begin nothing under it, and every node sees that from the entry alone.
extension DossierID {
    /// Ends every id that was made so; ids of versions before 0.1.0 are 16 bytes of chance and end so once in sixteen million.
    private static let mark: [UInt8] = Array("XJ1".utf8)

    /// The id of what a unit opens with the entry of that act: 13 bytes of SHA-256, and the mark.
    public static func own(of unit: UnitCode, _ act: ActID) -> DossierID {
        let digest = Hashing.sha256(Array("xueji dossier 1\n\(unit)\n".utf8) + act.bytes)
        guard let id = DossierID(digest.bytes.prefix(16 - mark.count) + mark) else { preconditionFailure("a hash has 32 bytes") }
        return id
    }

    /// Whether a unit may open what bears this id with the entry of that act. An id of an earlier version proves nothing.
    public func mayBeOpened(by unit: UnitCode, _ act: ActID) -> Bool {
        !bytes.suffix(Self.mark.count).elementsEqual(Self.mark) || self == .own(of: unit, act)
    }
}
