import Protocol
import Rules
import Store

/// A school's archive as an enrolled node has it: the directory from a centre, its own key, all projections and offices of the program.
public struct BenchNode {
    public let archive: Archive
    public let folder: String

    /// Makes it in a new folder of the scratch.
    public static func school(_ name: String, at place: Workplace) throws -> BenchNode {
        let surroundings = place.surroundings
        let key = surroundings.statementKey()
        let (root, envelopes) = try centre(name + "-centre", enrolling: key.publicKey, surroundings, place)
        let folder = try place.fresh(name)
        let archive = try Archive(folder: folder, book: place.book(), surroundings: surroundings)
        try archive.write { transaction in
            try transaction.setNodeText("unit", BenchPupils.school.text)
            try transaction.trustRoot(root)
            try transaction.keepSecret(key, of: BenchPupils.school, incarnation: surroundings.incarnation())
        }
        for bytes in envelopes {
            let acceptance = try archive.write { try $0.accept(bytes, from: .parent).0 }
            guard acceptance == .stored else { throw BenchFailure("the directory was not taken: \(acceptance)") }
            // What follows may need the units in it.
            while try archive.write({ try $0.applyStored() }).hasMore {}
        }
        return BenchNode(archive: archive, folder: folder)
    }

    /// Founds a centre with the units above the school, and gives what it has to say.
    private static func centre(
        _ name: String, enrolling school: StatementPublicKey, _ surroundings: Surroundings, _ place: Workplace
    ) throws -> (root: StatementPublicKey, envelopes: [[UInt8]]) {
        let archive = try Archive(folder: try place.fresh(name), book: place.book(), surroundings: surroundings)
        defer { try? archive.close() }
        let root = try archive.write { transaction in
            let key = surroundings.statementKey()
            try transaction.setNodeText("unit", UnitCode.centre.text)
            try transaction.trustRoot(key.publicKey)
            try transaction.keepSecret(key, of: .centre, incarnation: surroundings.incarnation())
            let units = [
                Unit(code: .centre, name: "全国中心", tier: .centre, competent: nil),
                Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
                Unit(code: BenchPupils.county, name: "天河区", tier: .county, competent: "440000"),
                Unit(code: BenchPupils.school, name: "天河一小", tier: .school, competent: BenchPupils.county, kind: "211", stages: [.primary]),
            ]
            for unit in units { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            let enrolment = KeyEnrolment(
                unit: BenchPupils.school, publicKey: school, issuer: .centre, generation: 1, node: BenchPupils.school)
            try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(BenchPupils.school))
            return key.publicKey
        }
        let envelopes = try archive.read { reading in
            var all: [[UInt8]] = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                all.append(stored.bytes)
                return true
            }
            return all
        }
        return (root, envelopes)
    }
}
