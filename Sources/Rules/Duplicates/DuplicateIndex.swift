/// Which records stand under which keys. Every authority's node keeps one over its subtree (requirements §1.21).
///
/// The state is a function of the set of records in it: any order of insertions, replays and removals that ends with
/// the same records gives the same groups. The archive implements it on SQLite; tests and the simulator in memory.
public protocol DuplicateIndex {
    associatedtype Subject: Hashable & Comparable & Sendable

    /// Puts a record under its keys, in place of what it stood under before. Returns the groups whose membership
    /// changed, as they are now, in the order of their keys; none when nothing changed, as with a replay. The members
    /// of these groups are to be judged anew.
    mutating func insert(_ subject: Subject, _ fields: KeyFields) throws -> [DuplicateGroup<Subject>]

    /// Takes a record out (deleted, or handed over to another subtree). Returns the changed groups, which may have one
    /// member left or none.
    mutating func remove(_ subject: Subject) throws -> [DuplicateGroup<Subject>]

    /// The records under a key; an empty group for a key that nobody has.
    func members(of key: DuplicateKey) throws -> DuplicateGroup<Subject>
}

extension DuplicateIndex {
    /// Everything the check says about a record with these fields, in the order of the kinds. The record need not be in
    /// the index: proposed values of a key-data change are judged the same way (Q71).
    public func problems(of subject: Subject, with fields: KeyFields) throws -> [DuplicateProblem<Subject>] {
        let member = DuplicateMember(subject, hasResidentID: fields.hasResidentID)
        var problems = try fields.keys.flatMap { try members(of: $0).problems(of: member) }
        if fields.hasInvalidResidentID { problems.append(DuplicateProblem(kind: .idInvalid)) }
        return problems.sorted { $0.kind < $1.kind }
    }
}
