import GRDB
import Protocol
import Rules
import Store
import Testing

@testable import Features

@Suite struct RecordSpreadingTests {
    private typealias C = SmallCountry

    /// Records of a school that a unit has said to everyone, by version.
    private func spread(_ school: Unit, by unit: Unit, at node: TestNode) throws -> [Int] {
        var found: [Int] = []
        try node.archive.read { reading in
            try Journal.forEach(after: 0, in: reading.database) { stored in
                guard stored.stream.unit == unit.code, stored.stream.audience == .everyone else { return true }
                for case let entry? in try Envelope(bytes: stored.bytes).entries() where entry.kind == EntryKind.unit.rawValue {
                    if let record = Payload.unit(entry.payload), record.code == school.code { found.append(record.version) }
                }
                return true
            }
        }
        return found.sorted()
    }

    @Test func `the province says on to everyone, once, what its city has said of a school to its own subtree`() throws {
        let node = try SmallCountry().node
        _ = try node.archive.write { try UnitMoves.move(C.tianheFirst.code, to: C.haizhu.code, territorial: nil, by: C.guangzhou.code, in: $0) }
        #expect(try node.archive.read { try $0.partialRecords() }.map(\.version) == [2])
        for _ in 0..<3 { try node.settle() }
        #expect(try spread(C.tianheFirst, by: C.guangdong, at: node) == [2])
        #expect(try spread(C.tianheFirst, by: C.hunan, at: node).isEmpty)
        #expect(try node.archive.read { try $0.partialRecords() }.isEmpty)
        #expect(try node.archive.read { $0.directory.unit(C.tianheFirst.code)?.competent } == C.haizhu.code)
    }

    @Test func `a closed school is known to be closed everywhere`() throws {
        let node = try SmallCountry().node
        _ = try node.archive.write { try UnitMergers.merge(C.tianheFirst.code, into: C.haizhuFirst.code, by: C.guangzhou.code, in: $0) }
        try node.settle()
        #expect(try spread(C.tianheFirst, by: C.guangdong, at: node) == [2])
    }

    @Test func `what a province has said to everyone itself it does not say again`() throws {
        let node = try SmallCountry().node
        var renamed = C.yueluFirst
        (renamed.name, renamed.version) = ("岳麓实验小学", 2)
        _ = try node.archive.write { try $0.append(.unit, Payload.encode(renamed), as: C.hunan.code, to: .everyone) }
        try node.settle()
        #expect(try spread(C.yueluFirst, by: C.hunan, at: node) == [2])
    }
}
