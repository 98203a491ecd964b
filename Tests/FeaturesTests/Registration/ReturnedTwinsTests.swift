@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

@Suite struct ReturnedTwinsTests {
    private typealias C = MergerCountry

    private static func record(_ name: String, number: String = "", classCode: String = "2022001") -> StudentRecord {
        StudentRecord([
            .name: name, .sex: "1", .birthDate: "20160305", .idType: number.isEmpty ? "Z" : "1", .idNumber: number,
            .classCode: classCode, .schoolCode: C.source.text, .phone: "1",
        ])
    }

    private func enter(_ record: StudentRecord, _ node: TestNode) throws -> DossierID {
        try node.archive.write { transaction in
            let id = transaction.surroundings.dossier()
            let step = Step(
                hash: Hashing.sha256([0]), dossier: id, previous: nil, kind: .enter, by: C.source, nextHolder: C.source,
                topology: transaction.directory.unit(C.source)?.version ?? 1, at: transaction.now, record: record)
            try transaction.append(.step, Payload.encode(step), as: C.source, to: .up)
            return id
        }
    }

    private func recover(_ node: TestNode) throws {
        try node.settle()
        try node.archive.write { _ = try $0.beginRecovery(.restored) }
    }

    private func end(_ node: TestNode) throws {
        try node.archive.write {
            _ = try $0.endRecovery()
            try $0.endRefill()
        }
        try node.settle()
    }

    @Test func `who was taken in again while the old records were away is withdrawn when they are back, and says why`() throws {
        let node = try C.node(seed: 411)
        let known = try enter(Self.record("张伟", number: "440106201603050012"), node)
        try recover(node)
        let again = try enter(Self.record("张伟", number: "440106201603050012", classCode: "2022002"), node)
        let new = try enter(Self.record("李强", number: "440106201603050039"), node)
        try node.settle()
        #expect(try C.dossier(again, node).stand == .entered)
        try end(node)
        #expect(try C.dossier(known, node).stand == .entered)
        #expect(try C.dossier(known, node).problems.isEmpty)
        #expect(try C.dossier(new, node).stand == .entered)
        let withdrawn = try C.dossier(again, node)
        #expect(withdrawn.stand == .deleted)
        #expect(withdrawn.chain.last?.reason?.contains("恢复期间再次录入") == true)
        #expect(withdrawn.chain.last?.reason?.contains(StudentField.classCode.label) == true)
    }

    @Test func `without an ID number the whole row must be the same, and as many stay as there were`() throws {
        let node = try C.node(seed: 412)
        let known = try enter(Self.record("王芳"), node)
        try recover(node)
        let same = try enter(Self.record("王芳"), node)
        let other = try enter(Self.record("王芳", classCode: "2022002"), node)
        try end(node)
        #expect(try C.dossier(known, node).stand == .entered)
        #expect(try C.dossier(same, node).stand == .deleted)
        #expect(try C.dossier(other, node).stand == .entered)
        // Two alike where there is one: people decide.
        try recover(node)
        let two = [try enter(Self.record("王芳"), node), try enter(Self.record("王芳"), node)]
        try end(node)
        for id in two { #expect(try C.dossier(id, node).stand == .entered) }
    }

    @Test func `a pupil whose earlier record is deleted stays, and so does one of a day without recovery`() throws {
        let node = try C.node(seed: 413)
        let gone = try C.pupil(node, [.enter, .delete], name: "赵敏")
        try recover(node)
        let again = try C.pupil(node, [.enter], name: "赵敏")
        try end(node)
        #expect(try C.dossier(gone, node).stand == .deleted)
        #expect(try C.dossier(again, node).stand == .entered)
        let double = try C.pupil(node, [.enter], name: "赵敏")
        try node.settle()
        #expect(try C.dossier(double, node).stand == .entered)
        #expect(try C.dossier(again, node).stand == .entered)
    }
}
