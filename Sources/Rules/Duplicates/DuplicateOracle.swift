/// The duplicate check written the slow and obvious way: every record against every other. It knows no keys and no
/// groups, so that tests can hold every index against it.
public enum DuplicateOracle {
    /// What the check says about each record. Records about which it says nothing are absent.
    /// The time is quadratic in the number of records; if a subject comes twice, the last fields count.
    public static func verdicts<Subject: Hashable & Comparable & Sendable>(
        for records: [(Subject, KeyFields)]
    ) -> [Subject: [DuplicateProblem<Subject>]] {
        let people = Dictionary(records, uniquingKeysWith: { $1 }).sorted { $0.key < $1.key }
        var peers: [Subject: [DuplicateKind: [Subject]]] = [:]
        for (index, (subject, fields)) in people.enumerated() {
            if fields.hasInvalidResidentID { peers[subject, default: [:]][.idInvalid] = [] }
            for (other, otherFields) in people[(index + 1)...] {
                guard let kind = comparison(of: fields, with: otherFields) else { continue }
                peers[subject, default: [:]][kind, default: []].append(other)
                peers[other, default: [:]][kind, default: []].append(subject)
            }
        }
        return peers.mapValues { byKind in
            byKind.map { DuplicateProblem(kind: $0.key, peers: $0.value.sorted()) }.sorted { $0.kind < $1.kind }
        }
    }

    /// What two records are to each other: at most one kind holds (Q56, requirements §1.21).
    public static func comparison(of one: KeyFields, with other: KeyFields) -> DuplicateKind? {
        if one.hasResidentID && other.hasResidentID {
            return one.idNumber == other.idNumber ? .idDuplicate : nil
        }
        guard !one.name.isEmpty, !one.sex.isEmpty, !one.birthDate.isEmpty, one.name == other.name,
              one.sex == other.sex, one.birthDate == other.birthDate else { return nil }
        return one.hasResidentID || other.hasResidentID ? .nsdCross : .nsdDuplicate
    }
}
