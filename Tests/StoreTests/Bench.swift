import FoundationEssentials
import GRDB
import Protocol
import Rules
import Synchronization

@testable import Store

/// Two archives of a small tree, without links: tests carry the envelopes.
final class Bench {
    let folder: String
    let archive: Archive
    private static let count = Mutex(0)

    static let county: UnitCode = "440106"
    static let school: UnitCode = "2144000001"

    init(_ book: ProjectionBook = ProjectionBook([])) throws {
        let serial = Bench.count.withLock { value in
            value += 1
            return value
        }
        folder = FileManager.default.temporaryDirectory.path
            + "/xueji-store-\(ProcessInfo.processInfo.processIdentifier)-\(serial)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let counter = Mutex<UInt64>(UInt64(serial) << 32)
        let surroundings = Surroundings(now: { 1_788_919_200 }, randomBytes: { length in
            (0..<length).map { _ in
                let n = counter.withLock { value in
                    value += 1
                    return value
                }
                return Hashing.sha256(Array("\(n)".utf8)).bytes[0]
            }
        })
        archive = try Archive(folder: folder, book: book, surroundings: surroundings)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static let units: [Unit] = [
        Unit(code: county, name: "天河区", tier: .county, competent: .centre),
        Unit(code: school, name: "天河一小", tier: .school, competent: county, kind: "211", stages: [.primary]),
    ]

    /// A centre that knows county and school and enrols the county's key, given by its own node.
    func becomeCentre(enrolling keys: [UnitCode: StatementPublicKey]) throws -> StatementPublicKey {
        try archive.write { transaction in
            let key = transaction.surroundings.statementKey()
            try transaction.setNodeText("unit", UnitCode.centre.text)
            try transaction.trustRoot(key.publicKey)
            try transaction.keepSecret(key, of: .centre, incarnation: transaction.surroundings.incarnation())
            let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)
            for unit in [centre] + Bench.units {
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
            for (unit, publicKey) in keys.sorted(by: { $0.key < $1.key }) {
                let enrolment = KeyEnrolment(unit: unit, publicKey: publicKey, issuer: .centre, generation: 1, node: unit)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(unit))
            }
            return key.publicKey
        }
    }

    func becomeNode(of unit: UnitCode, key: StatementKey, root: StatementPublicKey) throws {
        try archive.write { transaction in
            try transaction.setNodeText("unit", unit.text)
            try transaction.trustRoot(root)
            try transaction.keepSecret(key, of: unit, incarnation: transaction.surroundings.incarnation())
        }
    }

    func envelopes(after position: Int64 = 0) throws -> [[UInt8]] {
        try archive.read { reading in
            var all: [[UInt8]] = []
            try Journal.forEach(after: position, in: reading.database) { stored in
                all.append(stored.bytes)
                return true
            }
            return all
        }
    }

    @discardableResult
    func take(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [Acceptance] {
        try envelopes.map { bytes in
            let acceptance = try archive.write { try $0.accept(bytes, from: neighbour).0 }
            _ = try archive.write { try $0.applyStored() }
            return acceptance
        }
    }

    func enter(_ name: String, as unit: UnitCode = Bench.school) throws -> DossierID {
        try archive.write { transaction in
            let id = transaction.surroundings.dossier()
            let step = Step(
                hash: Hashing.sha256([0]), dossier: id, previous: nil, kind: .enter, by: unit, nextHolder: unit, topology: 1,
                at: transaction.now, record: StudentRecord([.name: name, .sex: "1", .birthDate: "20160305", .idType: "Z"]))
            try transaction.append(.step, Payload.encode(step), as: unit, to: .up)
            return id
        }
    }

    func count(_ table: String) throws -> Int {
        try archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }
}

/// Centre and school, both having what they need to talk.
struct Pair {
    let centre: Bench
    let school: Bench

    init() throws {
        let key = StatementKey(seed: [UInt8](repeating: 9, count: 32))!
        let countyKey = StatementKey(seed: [UInt8](repeating: 8, count: 32))!
        centre = try Bench()
        school = try Bench()
        let root = try centre.becomeCentre(enrolling: [Bench.school: key.publicKey, Bench.county: countyKey.publicKey])
        try school.becomeNode(of: Bench.school, key: key, root: root)
        try school.take(try centre.envelopes(), from: .parent)
    }
}
