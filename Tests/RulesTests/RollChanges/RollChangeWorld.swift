@testable import Rules

/// One enrolled pupil under county, city and province, and steps of roll changes to fold.
struct RollChangeWorld {
    let school: UnitCode = "2144000001"
    let neighbour: UnitCode = "2144000002"
    let county: UnitCode = "440106"
    let city: UnitCode = "440100"
    let province: UnitCode = "440000"
    let id = DossierID(repeating: 7)
    let tree = UnitTree([
        Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
        Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
        Unit(code: "440100", name: "广州市", tier: .city, competent: "440000"),
        Unit(code: "440106", name: "天河区", tier: .county, competent: "440100"),
        Unit(code: "2144000001", name: "甲校", tier: .school, competent: "440106", kind: "211"),
        Unit(code: "2144000002", name: "乙校", tier: .school, competent: "440106", kind: "211"),
    ])

    func hash(_ n: Int) -> Digest { Digest((0..<32).map { $0 == 0 ? UInt8(truncatingIfNeeded: n &* 151) : $0 == 31 ? UInt8(n & 255) : 0 })! }

    func day(_ text: String) -> CalendarDate { CalendarDate(text: text)! }

    func step(
        _ n: Int, _ kind: StepKind, after: Digest?, by: UnitCode, next: UnitCode?, change: RollChange? = nil, fields: [StudentField] = [],
        supplement: Int = 0, workflow: Int? = nil
    ) -> Step {
        let asked = kind == .prepareRollChange ? change ?? RollChange(.suspend, cause: "10", date: day("2026-09-01"), until: day("2027-08-31")) : change
        return Step(
            hash: hash(n), dossier: id, previous: after, kind: kind, by: by, nextHolder: next, workflow: workflow ?? (kind.isOfCase ? 7 : 1),
            topology: 1, at: Int64(n), record: kind == .enter ? StudentRecord([.name: "张伟", .idType: "Z", .classCode: "2022101"]) : nil,
            keyDigest: kind == .enter ? hash(900) : nil, provisionalNumber: kind == .approve ? "L1" : nil,
            opening: asked.map { CaseOpening(evidence: [hash(800)], fields: fields, supplement: supplement, change: $0) })
    }

    /// Entered and approved; the last step is number 4.
    var enrolled: [Step] {
        [
            step(1, .enter, after: nil, by: school, next: school), step(2, .review, after: hash(1), by: school, next: school),
            step(3, .submit, after: hash(2), by: school, next: county), step(4, .approve, after: hash(3), by: county, next: school),
        ]
    }

    /// Three steps that ask for a change and grant it, numbered from `n`.
    func granted(_ n: Int, _ change: RollChange, after: Int, fields: [StudentField] = [], supplement: Int = 0) -> [Step] {
        [
            step(n, .prepareRollChange, after: hash(after), by: school, next: school, change: change, fields: fields, supplement: supplement),
            step(n + 1, .submitCase, after: hash(n), by: school, next: county),
            step(n + 2, .approveRollChange, after: hash(n + 1), by: county, next: school),
        ]
    }

    func steps(to stand: Stand) -> [Step] {
        let prepared = step(10, .prepareRollChange, after: hash(4), by: school, next: school)
        switch stand {
        case .rollChangePrepared: return enrolled + [prepared]
        case .rollChangeSubmitted: return enrolled + [prepared, step(11, .submitCase, after: hash(10), by: school, next: county)]
        default: return enrolled
        }
    }

    func suspension(_ from: String = "2026-09-01", until: String = "2027-08-31") -> RollChange {
        RollChange(.suspend, cause: "10", date: day(from), until: day(until))
    }
}
