import Features
import Protocol
import Rules

/// A registry of made-up pupils for searching: what any search must find follows from a pupil's number alone. The same for the same seed.
///
/// A thousand whole records are made once; a pupil is one of them at another school, with a name, a resident ID number and a dossier of its own.
struct SearchPupils: Sendable {
    static let perSchool = 1000
    static let province: UnitCode = "440000"
    private static let districts: [UnitCode] = [
        "440103", "440104", "440105", "440106", "440111", "440112", "440113", "440114", "440115", "440117",
    ]
    private static let surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁".map { String($0) }
    private static let given = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂雨欣怡梓涵子轩浩宇佳琪思远晨曦嘉诺一可心语桐若溪天佑安然博文俊熙诗雅".map { String($0) }

    let count: Int
    let seed: UInt64
    private let templates: [StudentRecord]
    /// Place among the templates with the same birth date.
    private let ranks: [Int]
    /// Of each pupil, so that searching the generator is quick.
    let names: [Int32]

    /// - Throws: `BenchFailure` when there are more than resident ID numbers can be made for.
    init(_ count: Int, seed: UInt64) throws {
        self.count = count
        self.seed = seed
        let pupils = try BenchPupils(Self.perSchool, seed: seed)
        templates = (0..<Self.perSchool).map(pupils.record)
        var sameDay: [String: Int] = [:]
        ranks = templates.map { record in
            defer { sameDay[record[.birthDate] ?? "", default: 0] += 1 }
            return sameDay[record[.birthDate] ?? ""] ?? 0
        }
        names = (0..<count).map { Self.name($0, seed) }
        let perCounty = (Self.schools(count) + Self.counties(count) - 1) / Self.counties(count)
        guard 2 * perCounty * ((ranks.max() ?? 0) + 1) <= 1000 else { throw BenchFailure("no resident ID numbers for \(count) pupils") }
    }

    // MARK: Units

    private static func schools(_ count: Int) -> Int { (count + perSchool - 1) / perSchool }
    private static func counties(_ count: Int) -> Int { min(max(2, count / 100_000), districts.count) }

    var counties: [UnitCode] { Array(Self.districts.prefix(Self.counties(count))) }
    var schools: Int { Self.schools(count) }

    func schoolCode(_ school: Int) -> UnitCode {
        let digits = String(school + 1)
        return UnitCode("21440" + String(repeating: "0", count: 5 - digits.count) + digits)
    }

    func county(ofSchool school: Int) -> Int { school % Self.counties(count) }
    func school(_ pupil: Int) -> Int { pupil / Self.perSchool }
    func county(_ pupil: Int) -> Int { county(ofSchool: school(pupil)) }

    // MARK: Pupils

    func record(_ pupil: Int) -> StudentRecord {
        var record = templates[pupil % Self.perSchool]
        record[.schoolCode] = schoolCode(school(pupil)).text
        record[.name] = text(ofName: names[pupil])
        record[.idNumber] = idNumber(pupil)
        return record
    }

    func classCode(_ pupil: Int) -> String { templates[pupil % Self.perSchool].classCode }

    /// Its last three digits but one tell the school among the county's, and the sex.
    func idNumber(_ pupil: Int) -> String {
        let template = pupil % Self.perSchool
        let perCounty = (schools + counties.count - 1) / counties.count
        let place = school(pupil) / counties.count + perCounty * ranks[template]
        let sequence = 2 * place + (templates[template][.sex] == "1" ? 1 : 0)
        let digits = String(sequence)
        let body = counties[county(pupil)].text + (templates[template][.birthDate] ?? "") + String(repeating: "0", count: 3 - digits.count) + digits
        return body + String(ResidentIDNumber.checkDigit(for17: body) ?? "0")
    }

    /// The first bytes are as random as real ones; the last eight tell the pupil to whoever has the seed.
    func dossier(_ pupil: Int) -> DossierID {
        guard let id = DossierID([firstWord(pupil), UInt64(pupil) ^ seed].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }) else {
            preconditionFailure("two words are 16 bytes")
        }
        return id
    }

    /// Pupils in the order of their dossiers, as lists have them.
    func inOrder() -> [Int] {
        (0..<count).map { (firstWord($0), UInt64($0) ^ seed, $0) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    private func firstWord(_ pupil: Int) -> UInt64 {
        var chance = SeededChance(seed: seed, stream: 41, of: pupil)
        return chance.next()
    }

    // MARK: Names

    /// Surname, first and second sign of the given name, the second perhaps none, in one number.
    private static func name(_ pupil: Int, _ seed: UInt64) -> Int32 {
        var chance = SeededChance(seed: seed, stream: 42, of: pupil)
        let second = chance.happens(onceIn: 5) ? given.count : chance.number(below: given.count)
        return Int32((chance.number(below: surnames.count) * given.count + chance.number(below: given.count)) * (given.count + 1) + second)
    }

    func text(ofName name: Int32) -> String {
        let (rest, second) = Int(name).quotientAndRemainder(dividingBy: Self.given.count + 1)
        let (surname, first) = rest.quotientAndRemainder(dividingBy: Self.given.count)
        return Self.surnames[surname] + Self.given[first] + (second == Self.given.count ? "" : Self.given[second])
    }

    /// Whether a pupil's name begins with another: the same, or longer by a second sign.
    func begins(_ pupil: Int, with name: Int32) -> Bool {
        let width = Int32(Self.given.count + 1)
        return names[pupil] == name || name % width == Int32(Self.given.count) && names[pupil] / width == name / width
    }
}
