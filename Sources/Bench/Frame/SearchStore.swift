import Foundation
import Protocol
import Rules
import Store

/// A centre's store with a whole registry in it, made through the write gate, and the node that serves it.
struct SearchStore {
    let node: ServedNode

    /// Pupils of the first school that have been approved and numbered.
    static func numbered(_ pupils: SearchPupils) -> Range<Int> { 0..<min(SearchPupils.perSchool, pupils.count) }

    private struct Mark: Codable, Hashable {
        let pupils: Int
        let seed: UInt64
        /// Whether all are judged and the first school has its numbers; else only their entering is done.
        let isWhole: Bool
    }

    /// Serves it; makes it first, unless a whole one with the same pupils has been kept.
    init(_ pupils: SearchPupils, at place: Workplace) throws {
        let (entered, whole) = (Mark(pupils: pupils.count, seed: pupils.seed, isWhole: false), Mark(pupils: pupils.count, seed: pupils.seed, isWhole: true))
        let folder = place.keep ?? place.folder + "/registry"
        let path = folder + "/bench.json"
        let kept = FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Mark.self, from: $0) }
        if kept == whole {
            node = try ServedNode(kept: folder, at: place)
            try node.start()
            return
        }
        if kept == entered {
            node = try ServedNode(kept: folder, at: place)
        } else {
            node = try Self.entered(pupils, in: folder, at: place)
            try JSONEncoder().encode(entered).write(to: URL(fileURLWithPath: path))
        }
        try node.start()
        try Self.wait(for: node, pupils, at: place)
        try Self.number(pupils, node, at: place)
        try JSONEncoder().encode(whole).write(to: URL(fileURLWithPath: path))
    }

    // MARK: Filling

    /// A new folder with everyone entered in it.
    private static func entered(_ pupils: SearchPupils, in folder: String, at place: Workplace) throws -> ServedNode {
        if FileManager.default.fileExists(atPath: folder) {
            guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else { throw BenchFailure("\(folder) holds something else") }
        } else {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        let node = try ServedNode(kept: folder, at: place)
        try node.call("init", "--name", "全国中心")
        try fill(folder, pupils, at: place)
        return node
    }

    /// Ten schools in one transaction.
    private static func fill(_ folder: String, _ pupils: SearchPupils, at place: Workplace) throws {
        let surroundings = place.surroundings
        let archive = try Archive(folder: folder, book: place.book(), surroundings: surroundings)
        try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(Unit(code: SearchPupils.province, name: "广东省", tier: .province, competent: .centre)), as: .centre, to: .everyone)
            for county in pupils.counties {
                let unit = Unit(code: county, name: "第\(county)区", tier: .county, competent: SearchPupils.province)
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
            for school in 0..<pupils.schools {
                let unit = Unit(
                    code: pupils.schoolCode(school), name: "第\(school + 1)小学", tier: .school, competent: pupils.counties[pupils.county(ofSchool: school)],
                    kind: "211", stages: [.primary])
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
        }
        try archive.write { transaction in
            try host(SearchPupils.province, of: .centre, surroundings, transaction)
            for county in pupils.counties { try host(county, of: SearchPupils.province, surroundings, transaction) }
        }
        for start in stride(from: 0, to: pupils.schools, by: 10) {
            let schools = start..<min(start + 10, pupils.schools)
            let seconds = try place.timed {
                try archive.write { transaction in
                    for school in schools { try enter(school, pupils, surroundings, transaction) }
                }
            }.seconds
            if start % 100 == 0 { place.tell("search-million: \(schools.upperBound * SearchPupils.perSchool) pupils, the last transaction \(seconds.rounded()) s") }
        }
        try archive.close()
    }

    /// The unit lives on this node, as `xueji host` has it.
    private static func host(_ unit: UnitCode, of issuer: UnitCode, _ surroundings: Surroundings, _ transaction: Transaction) throws {
        let key = surroundings.statementKey()
        let enrolment = KeyEnrolment(unit: unit, publicKey: key.publicKey, issuer: issuer, generation: 1, node: .centre)
        try transaction.append(.key, Payload.encode(enrolment), as: issuer, to: .subtree(unit))
        try transaction.keepSecret(key, of: unit, incarnation: surroundings.incarnation())
    }

    private static func enter(_ school: Int, _ pupils: SearchPupils, _ surroundings: Surroundings, _ transaction: Transaction) throws {
        let code = pupils.schoolCode(school)
        try host(code, of: pupils.counties[pupils.county(ofSchool: school)], surroundings, transaction)
        for pupil in school * SearchPupils.perSchool..<min((school + 1) * SearchPupils.perSchool, pupils.count) {
            let step = Step(
                hash: Hashing.sha256([]), dossier: pupils.dossier(pupil), previous: nil, kind: .enter, by: code, nextHolder: code,
                topology: 1, at: surroundings.now(), record: pupils.record(pupil))
            try transaction.append(.step, Payload.encode(step), as: code, to: .up)
        }
    }

    // MARK: Judging and numbering

    private static func wait(for node: ServedNode, _ pupils: SearchPupils, at place: Workplace) throws {
        try ServedTree.wait(for: "the centre's verdict on everyone", at: place, seconds: 4 * 3600) {
            try node.number("SELECT sum(n) FROM dossier_count WHERE state = 'clean'") == pupils.count
        }
    }

    /// The first school's pupils go all the way to their formal numbers.
    private static func number(_ pupils: SearchPupils, _ node: ServedNode, at place: Workplace) throws {
        let line = try KeptLine(.socket(try node.socket()))
        let (school, county) = (pupils.schoolCode(0), pupils.counties[0])
        for start in stride(from: 0, to: numbered(pupils).count, by: 100) {
            let batch = (start..<min(start + 100, numbered(pupils).count)).map { pupils.dossier($0).description }
            let body = Array(try JSONEncoder().encode(["dossiers": batch]))
            for (verb, unit) in [("review", school), ("submit", school), ("approve", county)] {
                let answer = try line.ask("POST", "/api/v1/students/\(verb)", headers: AuthorityDesk.json(unit.text), body: body)
                guard answer.status == 200 else { throw BenchFailure("\(verb): \(String(decoding: answer.body, as: UTF8.self))") }
            }
        }
        try ServedTree.wait(for: "the numbers", at: place, seconds: 600) {
            try node.number("SELECT count(*) FROM dossier WHERE state = 'enrolled' AND formal IS NOT NULL") == numbered(pupils).count
        }
    }
}
