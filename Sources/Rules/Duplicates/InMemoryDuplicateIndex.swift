/// The duplicate index in memory, for tests, the simulator and a file that is checked without a registry.
public struct InMemoryDuplicateIndex<Subject: Hashable & Comparable & Sendable>: DuplicateIndex, Sendable {
    private var fieldsOf: [Subject: KeyFields] = [:]
    private var membersUnder: [DuplicateKey: [Subject: DuplicateMember<Subject>]] = [:]

    public init() {}

    /// The records in the index.
    public var subjects: some Collection<Subject> { fieldsOf.keys }

    /// The fields under which a record stands; nil when it is not in the index.
    public func fields(of subject: Subject) -> KeyFields? { fieldsOf[subject] }

    public mutating func insert(_ subject: Subject, _ fields: KeyFields) -> [DuplicateGroup<Subject>] {
        let old = fieldsOf[subject]
        guard old != fields else { return [] }
        var changed = Set<DuplicateKey>()
        let member = DuplicateMember(subject, hasResidentID: fields.hasResidentID)
        for key in old?.keys ?? [] where !fields.keys.contains(key) {
            drop(subject, from: key)
            changed.insert(key)
        }
        for key in fields.keys where membersUnder[key]?[subject] != member {
            membersUnder[key, default: [:]][subject] = member
            changed.insert(key)
        }
        fieldsOf[subject] = fields
        return changed.sorted().map(members)
    }

    public mutating func remove(_ subject: Subject) -> [DuplicateGroup<Subject>] {
        guard let old = fieldsOf.removeValue(forKey: subject) else { return [] }
        for key in old.keys { drop(subject, from: key) }
        return old.keys.sorted().map(members)
    }

    public func members(of key: DuplicateKey) -> DuplicateGroup<Subject> {
        DuplicateGroup(key: key, members: membersUnder[key]?.values.map { $0 } ?? [])
    }

    /// Everything the check says about a record in the index; empty when it is clean or not there.
    public func problems(of subject: Subject) -> [DuplicateProblem<Subject>] {
        guard let fields = fieldsOf[subject] else { return [] }
        let member = DuplicateMember(subject, hasResidentID: fields.hasResidentID)
        var problems = fields.keys.flatMap { members(of: $0).problems(of: member) }
        if fields.hasInvalidResidentID { problems.append(DuplicateProblem(kind: .idInvalid)) }
        return problems.sorted { $0.kind < $1.kind }
    }

    private mutating func drop(_ subject: Subject, from key: DuplicateKey) {
        membersUnder[key]?.removeValue(forKey: subject)
        if membersUnder[key]?.isEmpty == true { membersUnder.removeValue(forKey: key) }
    }
}
