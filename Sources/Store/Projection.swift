import GRDB
import Protocol
import Rules

/// What became of an entry when it was applied.
public enum Outcome: Sendable, Hashable {
    case applied
    /// Something it cites is missing; tried again when `what` is satisfied.
    case parked(waitsFor: String)
    /// Not allowed: has no effect and blocks nothing. English, for engineers.
    case void(String)
}

/// Keeps tables that follow from entries of some kinds. Must give the same tables for the same set of entries.
public protocol Projection: Sendable {
    var kinds: Set<EntryKind> { get }
    /// Statements in strings, never touched once shipped.
    var migrations: [(name: String, sql: String)] { get }

    /// Tables that follow from the journal alone, each with a query in a fixed order: what `verify` compares.
    var tables: [(table: String, sql: String)] { get }

    /// Applies one entry. Throwing puts it into quarantine; everything else goes on.
    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome

    /// Takes away the rows of an entry that counts no longer, for a revoked key had signed it. What is left of the same writer is
    /// applied again afterwards, so a row that another entry makes as well comes back.
    /// - Returns: false where more than the writer's own rows follow from it: then all tables are built anew from the journal.
    func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool
}

extension Projection {
    public var tables: [(table: String, sql: String)] { [] }
    public func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool { false }
}

/// Keeps tables that follow from the dossiers as folded and from the directory, in the transaction that folds them. Must give the same
/// tables for the same set of facts.
public protocol DossierFollower: Sendable {
    var migrations: [(name: String, sql: String)] { get }

    /// Each table with a query in a fixed order: what `verify` compares.
    var tables: [(table: String, sql: String)] { get }

    /// Told of every dossier whose folded state may have changed, in more than what verdicts say of it.
    func follow(_ dossier: Dossier, in transaction: Transaction) throws

    /// Told of every dossier of which no step counts any more.
    func forget(_ dossier: DossierID, in transaction: Transaction) throws

    /// Told of every unit that has another competent authority now.
    func followMove(of unit: UnitCode, in transaction: Transaction) throws
}

/// Acts by itself on what has been applied: judges, leases, numbers. Runs in the transaction that applied the cause.
public protocol Office: Sendable {
    var migrations: [(name: String, sql: String)] { get }

    /// Told of every dossier whose folded state may have changed; queues errands, does no work yet.
    func noticed(_ dossier: Dossier, in transaction: Transaction) throws

    /// Told of every dossier of which no step counts any more.
    func vanished(_ dossier: DossierID, in transaction: Transaction) throws

    /// What the office would say about a dossier in its turn, where it can tell now and concerns nobody else. Asked before the row is
    /// written, which is then written once. Must only read; what it returns is run in a savepoint, and where that fails the office gets
    /// its turn as usual. An office that has spoken is not told of the same state by `noticed`.
    func wordAtOnce(about dossier: Dossier, in transaction: Transaction) throws -> (() throws -> Void)?

    /// Works off some errands. Returns whether there is more to do now.
    func work(in transaction: Transaction) throws -> Bool
}

extension Office {
    public func vanished(_ dossier: DossierID, in transaction: Transaction) throws {}
    public func wordAtOnce(about dossier: Dossier, in transaction: Transaction) throws -> (() throws -> Void)? { nil }
}

/// The projections and offices of a program, wired once by the Node room.
public struct ProjectionBook: Sendable {
    let byKind: [UInt32: any Projection]
    let followers: [any DossierFollower]
    let offices: [any Office]
    let migrations: [(name: String, sql: String)]
    /// After all others.
    let followerMigrations: [(name: String, sql: String)]
    let tables: [(table: String, sql: String)]

    /// - Parameter forgetting: kinds that this program is to treat as unknown, as an older release does.
    public init(
        _ projections: [any Projection], followers: [any DossierFollower] = [], offices: [any Office] = [], forgetting: Set<EntryKind> = []
    ) {
        var byKind: [UInt32: any Projection] = [:]
        let builtIn: [any Projection] = [
            DirectoryProjection(), KeySeals(), DossierProjection(), SalvageProjection(), DropProjection(), AttachmentProjection(),
            MoveProjection(), MergerProjection(),
        ]
        for projection in builtIn + projections {
            for kind in projection.kinds.subtracting(forgetting) { byKind[kind.rawValue] = projection }
        }
        self.byKind = byKind
        self.followers = followers
        self.offices = offices
        tables = (builtIn + projections).flatMap(\.tables) + followers.flatMap(\.tables)
        migrations = projections.flatMap(\.migrations) + offices.flatMap(\.migrations)
        followerMigrations = followers.flatMap(\.migrations)
    }
}
