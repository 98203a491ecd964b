/// How long one dossier has stood under one key, at one school.
public struct KeySpell: Sendable, Hashable {
    /// Why it stands there no longer. Raw values are stored.
    public enum End: String, Sendable, Hashable, CaseIterable {
        /// Deleted, as the school or an authority has asked.
        case deleted
        /// Deleted by a ruling that the child is registered twice.
        case ruled
        /// The record has changed.
        case changed
        /// Handed over to another school.
        case dissolved
    }

    public var dossier: DossierID
    /// Decides who is compared with whom under a name-sex-birth key.
    public var hasResidentID: Bool
    public var home: UnitCode
    /// As the steps say, by their writers' clocks: seconds since 1970.
    public var since: Int64
    /// Nil while it lasts.
    public var until: Int64?
    public var end: End?

    public init(dossier: DossierID, hasResidentID: Bool, home: UnitCode, since: Int64, until: Int64? = nil, end: End? = nil) {
        self.dossier = dossier
        self.hasResidentID = hasResidentID
        self.home = home
        self.since = since
        self.until = until
        self.end = end
    }

    /// What tells two spells under one key apart; of one that came back the last counts.
    struct Place: Hashable {
        let dossier: DossierID
        let hasResidentID: Bool
        let home: UnitCode
    }

    var place: Place { Place(dossier: dossier, hasResidentID: hasResidentID, home: home) }
}

extension Dossier {
    /// All spells under all keys that the steps which count tell of.
    public var keySpells: [DuplicateKey: [KeySpell]] {
        var course = KeyCourse(dossier: id)
        for step in chain {
            course.home = step.kind == .handOver ? step.nextHolder ?? course.home : course.home ?? step.by
            if let record = step.record { course.fields = KeyFields(record) }
            course.note(at: step.at, why: step.kind == .handOver ? .dissolved : .changed)
        }
        guard let last = chain.last else { return [:] }
        course.home = home
        course.fields = KeyFields(record)
        course.note(at: last.at, why: .changed)
        if stand == .deleted { course.end(at: last.at, why: last.kind == .deleteByRuling ? .ruled : .deleted) }
        return course.spells.mapValues { spells in
            spells.values.sorted { ($0.since, $0.home, $0.hasResidentID ? 1 : 0) < ($1.since, $1.home, $1.hasResidentID ? 1 : 0) }
        }
    }
}

/// The keys of one dossier, step by step.
private struct KeyCourse {
    let dossier: DossierID
    var home: UnitCode?
    var fields: KeyFields?
    /// What was noted last: most steps change neither.
    private var noted: (home: UnitCode, fields: KeyFields)?
    private(set) var spells: [DuplicateKey: [KeySpell.Place: KeySpell]] = [:]

    init(dossier: DossierID) { self.dossier = dossier }

    /// Ends what holds no longer and begins what holds now.
    mutating func note(at time: Int64, why: KeySpell.End) {
        guard let home, let fields else { return }
        if let noted, noted == (home, fields) { return }
        noted = (home, fields)
        let place = KeySpell.Place(dossier: dossier, hasResidentID: fields.hasResidentID, home: home)
        let keys = Set(fields.keys)
        for (key, known) in spells {
            for (other, spell) in known where spell.until == nil && !(other == place && keys.contains(key)) {
                end(key, other, at: time, why: why)
            }
        }
        for key in keys where spells[key]?[place].map({ $0.until != nil }) ?? true {
            spells[key, default: [:]][place] = KeySpell(dossier: dossier, hasResidentID: fields.hasResidentID, home: home, since: time)
        }
    }

    mutating func end(at time: Int64, why: KeySpell.End) {
        for (key, known) in spells {
            for (place, spell) in known where spell.until == nil { end(key, place, at: time, why: why) }
        }
    }

    private mutating func end(_ key: DuplicateKey, _ place: KeySpell.Place, at time: Int64, why: KeySpell.End) {
        spells[key]?[place]?.until = time
        spells[key]?[place]?.end = why
    }
}
