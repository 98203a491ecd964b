@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

@Suite struct TransferDeskTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    @Test func `every fact is carried once to the school that its own stream does not reach, by the authority above both`() throws {
        let world = try TransferCountry(seed: 561)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: T.receivingSide + T.releasingSide)
        try world.node.settle()
        let counts = try world.node.archive.read { reading in
            try Row.fetchAll(reading.database, sql: "SELECT count(*) AS n FROM transfer_copy GROUP BY hash").map { $0["n"] as Int }
        }
        #expect(counts.count > 8 && counts.allSatisfy { $0 == 2 })
        var carried: [ActID: Int] = [:]
        try world.node.archive.read { reading in
            try Journal.forEach(after: 0, in: reading.database) { stored in
                guard stored.stream.unit == .centre else { return true }
                for case let entry? in try Envelope(bytes: stored.bytes).entries() where entry.kind == EntryKind.transferStep.rawValue {
                    carried[entry.act, default: 0] += 1
                }
                return true
            }
        }
        #expect(!carried.isEmpty && carried.values.allSatisfy { $0 == 1 })
    }

    @Test func `what says another unit's word without standing above both schools has no effect`() throws {
        let world = try TransferCountry(seed: 562)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        let before = try world.page(transfer, as: C.tianheFirst).transfer
        let thrown = world.world.refusal {
            do {
                try world.node.archive.write { transaction in
                    let known = try world.known(transfer, transaction)
                    let forged = TransferWithdrawal(head: known.head, by: C.tianheFirst.code, reason: "伪造", at: transaction.now)
                    try transaction.append(.transferWithdrawal, Payload.encode(forged), as: C.hunan.code, to: .unit(C.yueluFirst.code))
                }
            } catch let error as StoreError { throw Refusal("store", error.message, remedy: error.remedy) }
        }
        #expect(thrown?.code == "store")
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.state == before.state)
    }

    @Test func `the tables of transfers follow from the journal alone`() throws {
        let world = try TransferCountry(seed: 563)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + T.releasingSide)
        try world.node.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: world.node.archive, in: world.node.folder + "/rebuilt")
            defer { rebuild.remove() }
            let now = try TableDigest.all(reading, of: world.node.archive)
            let anew = try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
            for table in ["step", "dossier", "transfer", "transfer_fact", "transfer_copy"] { #expect(now[table] == anew[table], "\(table)") }
        }
    }
}
