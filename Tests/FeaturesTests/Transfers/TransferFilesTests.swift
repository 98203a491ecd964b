@testable import Features
import FoundationEssentials
import Protocol
import Rules
import Store
import Testing

@Suite struct TransferFilesTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    private struct Item: Decodable { let hash, name, paper, label: String; let here: Bool }
    private struct Paper: Decodable { let paper: String }
    private struct Page: Decodable { let attachments: [Item]; let missing: [Paper]; let acts: [String] }
    private struct List: Decodable { let attachments: [Item] }

    private static func jpeg(_ mark: UInt8) -> [UInt8] { [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: mark, count: 3000) }

    private func attach(_ transfer: String, _ world: TransferCountry, as unit: Unit = C.tianheFirst, paper: String = "residence", mark: UInt8 = 1) throws -> [Item] {
        let path = world.node.folder + "/upload"
        try Data(Self.jpeg(mark)).write(to: URL(fileURLWithPath: path))
        let list: List = try world.country.decode(world.node.call(
            "transfers.attach", as: unit.code, ["transfer": transfer, "paper": paper], file: (path, "居住证明.jpg")))
        try world.node.settle()
        return list.attachments
    }

    private func page(_ transfer: String, _ world: TransferCountry, as unit: Unit) throws -> Page {
        try world.country.decode(world.node.call("transfers.show", as: unit.code, ["transfer": transfer]))
    }

    /// What the file itself is to a unit: a refusal's code, or nil where it is given.
    private func getting(_ hash: String, _ world: TransferCountry, as unit: Unit) -> String? {
        world.refusal { _ = try world.node.call("attachments.get", as: unit.code, ["hash": hash]) }?.code
    }

    @Test func `a paper is every station's to see, the other province's too, and nobody else's`() throws {
        let world = try TransferCountry(seed: 611)
        let transfer = try world.apply(try world.enrolled())
        let item = try #require(try attach(transfer, world).first)
        #expect(item.paper == "residence" && item.label == "居住证明" && item.here && item.name == "居住证明.jpg")
        #expect(getting(item.hash, world, as: C.tianheFirst) == nil)
        // What is only prepared is the receiving side's.
        #expect(getting(item.hash, world, as: C.yueluFirst) == "attachment.unknown")
        try world.advance(transfer, through: [C.tianheFirst])
        for unit in T.receivingSide + T.releasingSide {
            #expect(try page(transfer, world, as: unit).attachments.map(\.hash) == [item.hash], "\(unit.code)")
            #expect(getting(item.hash, world, as: unit) == nil, "\(unit.code)")
        }
        for unit in [C.haizhuFirst, C.haizhu] { #expect(getting(item.hash, world, as: unit) == "attachment.unknown", "\(unit.code)") }
    }

    @Test func `what the receiving province asks for is missed at the review, by name, and at no other time`() throws {
        let world = try TransferCountry(seed: 612)
        try world.country.set("transfer.papers", "residence,guardian", as: C.guangdong)
        let transfer = try world.apply(try world.enrolled())
        #expect(try page(transfer, world, as: C.tianheFirst).missing.map(\.paper) == ["residence", "guardian"])
        _ = try attach(transfer, world, paper: "guardian")
        let refusal = world.refusal { try world.act("submit", transfer, as: C.tianheFirst) }
        #expect(refusal?.code == "transfer.papers" && refusal?.message == "还缺转学材料：居住证明。")
        _ = try attach(transfer, world, paper: "residence", mark: 2)
        try world.act("submit", transfer, as: C.tianheFirst)
        let submitted = try page(transfer, world, as: C.tianheFirst)
        #expect(submitted.missing.isEmpty && !submitted.acts.contains("attach") && submitted.attachments.count == 2)
        #expect(world.refusal { _ = try attach(transfer, world, mark: 3) }?.code == "transfer.state")
        try world.back(transfer, as: C.tianhe)
        #expect(try attach(transfer, world, paper: "work", mark: 3).count == 3)
    }

    @Test func `the receiving school alone attaches, each file once, and takes back only what has not left it`() throws {
        let world = try TransferCountry(seed: 613)
        let transfer = try world.apply(try world.enrolled())
        #expect(world.refusal { _ = try attach(transfer, world, as: C.yueluFirst) }?.code == "transfer.unknown")
        #expect(world.refusal { _ = try attach(transfer, world, as: C.tianhe) }?.code == "transfer.initiator")
        #expect(world.refusal { _ = try attach(transfer, world, paper: "diploma") }?.code == "transfer.paper")
        let kept = try #require(try attach(transfer, world).first).hash
        #expect(try attach(transfer, world).count == 1)
        let wrong = try #require(try attach(transfer, world, mark: 9).last).hash
        func withdraw(_ hash: String) -> Refusal? {
            world.refusal {
                _ = try world.node.call("attachments.withdraw", as: C.tianheFirst.code, ["hash": hash], body: #"{"reason":"传错了"}"#)
                try world.node.settle()
            }
        }
        #expect(withdraw(wrong) == nil)
        #expect(try page(transfer, world, as: C.tianheFirst).attachments.map(\.hash) == [kept])
        #expect(world.refusal { _ = try attach(transfer, world, mark: 9) }?.code == "attachment.withdrawn")
        try world.act("submit", transfer, as: C.tianheFirst)
        #expect(try page(transfer, world, as: C.yueluFirst).attachments.map(\.hash) == [kept])
        #expect(withdraw(kept)?.code == "attachment.cited")
    }

    @Test func `a policy names papers that there are`() throws {
        #expect(TransferFiles.fault(inPapers: "residence,guardian") == nil)
        #expect(TransferFiles.fault(inPapers: "residence,diploma")?.contains("diploma") == true)
        #expect(TransferFiles.fault(inPapers: "other")?.contains("other") == true)
    }
}
