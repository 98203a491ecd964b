/// 提请强制干预: the home school says that the holder has let its time pass. A word that needs no pen, seen by school, holder and all
/// above; it is about one head and ends with the next step, whoever takes it.
public struct OverrideRequest: Sendable, Hashable {
    public var dossier: DossierID
    public var by: UnitCode
    /// Rises with each request of one unit, across its incarnations.
    public var position: Int64
    /// The step that gave the holder the pen.
    public var head: Digest
    /// Chinese: why, and what was tried.
    public var reason: String
    public var at: Int64

    public init(dossier: DossierID, by: UnitCode, position: Int64, head: Digest, reason: String, at: Int64) {
        self.dossier = dossier
        self.by = by
        self.position = position
        self.head = head
        self.reason = reason
        self.at = at
    }
}

extension Dossier {
    /// Which business with a time limit the dossier is in; nil where nobody is waited for.
    public var timedBusiness: TimedBusiness? { TimedBusiness.allCases.first { $0.stands.contains(stand) } }

    /// Since when the holder has had it: the time that the last step tells.
    public var heldSince: Int64? { chain.last?.at }

    /// Who may act in the holder's stead: the first of province tier or above over it; nil where the school itself or the centre holds.
    public func overridingAuthority(in topology: some Topology) -> UnitCode? {
        Workflow.resolve(.overridingAuthority, home: home, holder: holder, in: topology)
    }
}

/// Why a step does not count, as both sides see it.
public enum VoidReason: Sendable, Hashable {
    /// Another step followed the same one, by this unit; it rests on a formal number or the centre's deletion.
    case settled(UnitCode)
    /// The other one was taken in the holder's stead (强制干预), by this unit.
    case overridden(UnitCode)
    /// The other one is of a higher tier.
    case higherTier(UnitCode)
    /// Another unit has built on the other one already.
    case builtUpon(UnitCode)
    /// Nothing else tells the two apart.
    case equal(UnitCode)
    /// Pen or table did not allow it.
    case notAllowed
    /// The step that it follows does not count.
    case afterVoid
    /// It follows what a hand-over has closed.
    case handedOver
}
