import Features
import Rules

/// What must come of the demo, from the generator and what it has ruled on: counts of every unit's subtree, and every pupil's end.
struct DemoTruth: Encodable, Sendable {
    /// Numbers of one subtree, as `status` counts them at the end.
    struct Counts: Encodable, Sendable, Hashable {
        /// Rows that come in.
        var dossiers = 0
        var problems = 0
        var enrolled = 0
        var L = 0
        var G = 0
        var J = 0
    }

    struct UnitTruth: Encodable, Sendable {
        let unit: String
        let name: String
        let tier: String
        /// Unit whose node hosts it.
        let node: String
        let competent: String?
        let counts: Counts
    }

    /// One pupil who comes in.
    struct Pupil: Encodable, Sendable, Hashable, Comparable {
        let school: String
        let classCode: String
        let name: String
        /// `enrolled` or `problem`.
        let state: String
        /// Codes, sorted.
        let problems: [String]
        /// The whole G number, the letter of a J number, or empty.
        let number: String

        private var order: [String] { [school, classCode, name, number, state] + problems }
        static func < (one: Pupil, other: Pupil) -> Bool { one.order.lexicographicallyPrecedes(other.order) }
    }

    let seed: UInt64
    /// All rows of the workbooks.
    let rows: Int
    let refused: Int
    /// From the centre down.
    let units: [UnitTruth]
    /// Pupils by kind of duplicate or wrong number, suspicions too.
    let kinds: [String: Int]
    /// Refused rows by the code of the rule that refuses them.
    let refusals: [String: Int]
    /// Sorted.
    let pupils: [Pupil]

    init(_ population: Population) {
        seed = population.seed
        let schools = population.plan.schools
        let tree = UnitTree(DemoTree.units)
        let transfer = DemoTransfer.planned(in: population)
        let settled = Set(DemoDecision.all(of: population).flatMap(\.settled))
        var counts: [UnitCode: Counts] = [:]
        var kinds: [String: Int] = [:]
        var refusals: [String: Int] = [:]
        var ends: [Pupil] = []
        for var pupil in population.pupils {
            pupil.truth.isSettled = settled.contains(pupil.serial)
            let moved = pupil.serial == transfer?.pupil.serial ? transfer : nil
            let school = moved?.receiving ?? UnitCode(schools[pupil.school].code)
            if let refusal = pupil.truth.refusal {
                refusals[refusal.rule, default: 0] += 1
                continue
            }
            for kind in pupil.truth.kinds { kinds[kind.rawValue, default: 0] += 1 }
            for unit in tree.path(of: school) { counts[unit, default: Counts()].add(pupil.truth) }
            ends.append(Pupil(pupil, school: school, classCode: moved?.classCode ?? pupil.classCode))
        }
        rows = population.pupils.count
        refused = refusals.values.reduce(0, +)
        self.kinds = kinds
        self.refusals = refusals
        pupils = ends.sorted()
        units = DemoTree.places.map { place in
            UnitTruth(
                unit: place.unit.code.text, name: place.unit.name, tier: place.unit.tier.rawValue, node: place.node.text,
                competent: place.unit.competent?.text, counts: counts[place.unit.code] ?? Counts())
        }
    }

    var total: Counts { units.first?.counts ?? Counts() }

    func counts(of unit: UnitCode) -> Counts { units.first { $0.unit == unit.text }?.counts ?? Counts() }
}

extension DemoTruth.Counts {
    fileprivate mutating func add(_ truth: PupilTruth) {
        dossiers += 1
        if truth.isProblem { problems += 1 } else { enrolled += 1 }
        switch truth.number() {
        case .none: break
        case .provisional: L += 1
        case .formalWithID: G += 1
        case .formalWithoutID: J += 1
        }
    }

    /// From the answer of `status`.
    init(_ status: JSONValue) {
        let counts = status["counts"]
        func count(_ name: String) -> Int { counts?[name]?.count ?? -1 }
        dossiers = count("dossiers")
        problems = count("problems")
        enrolled = counts?["byState"]?["enrolled"]?.count ?? 0
        L = count("L")
        G = count("G")
        J = count("J")
    }
}

extension DemoTruth.Pupil {
    fileprivate init(_ pupil: PopulationPupil, school: UnitCode, classCode: ClassCode) {
        let number = switch pupil.truth.number() {
        case .none: ""
        case .provisional: "L"
        case .formalWithID: "G" + pupil.idNumber
        case .formalWithoutID: "J"
        }
        self.init(
            school: school.text, classCode: classCode.text, name: pupil.name,
            state: pupil.truth.isProblem ? "problem" : "enrolled",
            problems: pupil.truth.isProblem ? pupil.truth.kinds.filter(\.isProblem).map(\.rawValue).sorted() : [],
            number: number)
    }

    /// From an item of `students`.
    init(_ item: JSONValue) {
        let number = item["number"]?.text ?? ""
        self.init(
            school: item["school"]?.text ?? "", classCode: item["class"]?.text ?? "", name: item["name"]?.text ?? "",
            state: item["state"]?.text ?? "", problems: (item["problems"]?.items ?? []).compactMap(\.text).sorted(),
            number: number.hasPrefix("G") ? number : String(number.prefix(1)))
    }
}
