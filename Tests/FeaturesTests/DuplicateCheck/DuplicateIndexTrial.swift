import GRDB
import Rules
import Testing

@testable import Features

/// What any engine behind `DuplicateIndex` must stand: it is held against the index in memory at every step, and against the oracle,
/// which knows no keys and no groups, at the end. A second engine is one more call.
struct DuplicateIndexTrial {
    private(set) var truth = InMemoryDuplicateIndex<DossierID>()
    private(set) var chance: SeededChance

    init(seed: UInt64) { chance = SeededChance(seed: seed) }

    /// Enters, changes, replays and takes out.
    mutating func run<Index: DuplicateIndex>(_ index: inout Index, steps: Int) throws where Index.Subject == DossierID {
        for _ in 0..<steps {
            let id = pupil()
            if chance.happens(onceIn: 5) {
                #expect(try index.remove(id) == truth.remove(id))
            } else {
                let fields = fields()
                #expect(try index.insert(id, fields) == truth.insert(id, fields))
                #expect(try index.insert(id, fields).isEmpty)
            }
        }
    }

    /// Every verdict, and every group that there may be.
    func judge<Index: DuplicateIndex>(_ index: Index) throws where Index.Subject == DossierID {
        let present = truth.subjects.compactMap { id in truth.fields(of: id).map { (id, $0) } }
        let verdicts = DuplicateOracle.verdicts(for: present)
        for (id, fields) in present { #expect(try index.problems(of: id, with: fields) == verdicts[id] ?? []) }
        for key in Self.numbers.map(DuplicateKey.residentID) { #expect(try index.members(of: key) == truth.members(of: key)) }
    }

    /// A batch in which dossiers come twice and again; what the index says of it.
    mutating func batch() -> (batch: DuplicateBatch, before: InMemoryDuplicateIndex<DossierID>) {
        let before = truth
        var batch = DuplicateBatch()
        for _ in 0..<chance.number(below: 40) {
            let id = pupil()
            let fields = truth.fields(of: id).flatMap { chance.happens(onceIn: 3) ? $0 : nil } ?? fields()
            batch.append(id, fields)
            _ = truth.insert(id, fields)
        }
        return (batch, before)
    }

    /// Of all groups that are other than before, those that say or said something about more than one.
    func changed(since before: InMemoryDuplicateIndex<DossierID>) -> [DuplicateGroup<DossierID>] {
        let all = [before, truth].flatMap { index in index.subjects.flatMap { index.fields(of: $0)?.keys ?? [] } }
        return Set(all).sorted().filter { before.members(of: $0) != truth.members(of: $0) }.map { truth.members(of: $0) }
            .filter { $0.members.count > 1 || before.members(of: $0.key).members.count > 1 }
    }

    mutating func pupil() -> DossierID {
        guard let id = DossierID((0..<16).map { $0 == 0 ? UInt8(chance.number(below: 30)) : 7 }) else { preconditionFailure("16 bytes") }
        return id
    }

    private static let numbers = ["440106201603050011", "440106201603050038", "44010620160305", "４"]

    mutating func fields() -> KeyFields {
        let hasID = chance.happens(onceIn: 2)
        return KeyFields(
            name: chance.pick(["张伟", "李 娜", "王芳", ""]), sex: "1", birthDate: chance.pick(["20160305", "20160306", ""]),
            idType: hasID ? "1" : "Z", idNumber: hasID ? chance.pick(Self.numbers) : "")
    }
}
