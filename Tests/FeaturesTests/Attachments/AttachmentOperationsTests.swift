import Features
import FoundationEssentials
import Protocol
import Rules
import Store
import Testing

struct AttachmentOperationsTests {
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 7, count: 5000)
    private static let pdf = Array("%PDF-1.7 ".utf8)

    struct Item: Decodable {
        let hash, name, type, purpose: String
        let bytes: Int
        let here: Bool
    }

    struct List: Decodable { let attachments: [Item] }

    private let node: TestNode
    private let journey: Journey
    private let dossier: String

    init() throws {
        node = try TestNode(seed: 91)
        try node.becomeCentre(hosting: [People.county, People.school])
        journey = Journey(node: node)
        let code = try journey.addClass()
        _ = try journey.importRows([People.row(1, classCode: code)])
        dossier = try #require(try journey.students().first?.dossier)
    }

    private func file(_ bytes: [UInt8], _ name: String = "佐证.jpg") throws -> (path: String, name: String) {
        let path = node.folder + "/upload"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return (path, name)
    }

    private func attach(_ bytes: [UInt8], purpose: String? = nil, as unit: UnitCode = People.school.code) throws -> Item {
        try journey.decode(node.call(
            "attachments.add", as: unit, ["dossier": dossier].merging(purpose.map { ["purpose": $0] } ?? [:]) { $1 }, file: file(bytes)))
    }

    private func refusal(_ body: () throws -> Void) -> Refusal? {
        do { try body() } catch { return error as? Refusal }
        return nil
    }

    private func list(as unit: UnitCode) throws -> [Item] {
        let list: List = try journey.decode(node.call("attachments.list", as: unit, ["dossier": dossier]))
        return list.attachments
    }

    @Test func `a file is attached, listed at the school and above, and comes back as it was`() throws {
        let item = try attach(Self.jpeg)
        #expect(item.hash == Hashing.sha256(Self.jpeg).description)
        #expect((item.type, item.purpose, item.bytes, item.name, item.here) == ("jpg", "evidence", 5004, "佐证.jpg", true))
        for unit in [People.school.code, People.county.code, .centre] { #expect(try list(as: unit).map(\.hash) == [item.hash]) }
        #expect(BlobShelf(node: node.folder).read(Hashing.sha256(Self.jpeg)) == Self.jpeg)
    }

    @Test func `attaching the same file again states nothing new`() throws {
        _ = try attach(Self.jpeg)
        let before = try node.archive.read { try EnvelopeCount.of($0) }
        _ = try attach(Self.jpeg)
        #expect(try node.archive.read { try EnvelopeCount.of($0) } == before)
        #expect(try list(as: People.school.code).count == 1)
    }

    @Test func `only the types of the province's policy are taken, by content`() throws {
        let refused = try #require(refusal { _ = try attach(Self.pdf) })
        #expect((refused.code, refused.question) == ("attachment.type", "Q62"))
        #expect(refused.message.contains("PDF"))
        #expect(refusal { _ = try attach(Array("<html>".utf8)) }?.code == "attachment.type")
        #expect(refusal { _ = try attach([]) }?.code == "attachment.empty")
        #expect(try list(as: People.school.code).isEmpty)
    }

    @Test func `2 M is the limit of a file, and a picture is a JPG below 60 K`() throws {
        let largest = Self.jpeg + [UInt8](repeating: 1, count: (2 << 20) - Self.jpeg.count)
        #expect(try attach(largest).bytes == 2 << 20)
        #expect(refusal { _ = try attach(largest + [0]) }?.code == "attachment.size")
        #expect(try attach(Self.jpeg, purpose: "photo").purpose == "photo")
        let picture = Self.jpeg + [UInt8](repeating: 2, count: (60 << 10) - Self.jpeg.count)
        #expect(refusal { _ = try attach(picture, purpose: "photo") }?.question == "Q66")
        #expect(refusal { _ = try attach(Self.jpeg, purpose: "souvenir") }?.code == "attachment.purpose")
    }

    @Test func `the home school alone attaches`() throws {
        #expect(refusal { _ = try attach(Self.jpeg, as: People.county.code) }?.code == "dossier.unknown")
        #expect(refusal { _ = try attach(Self.jpeg, as: .centre) }?.code == "dossier.unknown")
    }

    @Test func `a dossier holds fifty files`() throws {
        for number in 0..<50 { _ = try attach(Self.jpeg + [UInt8(number)]) }
        #expect(refusal { _ = try attach(Self.jpeg + [99]) }?.code == "attachment.count")
    }

    @Test func `a file out of sight and one that does not exist are refused alike`() throws {
        let hash = try attach(Self.jpeg).hash
        let stranger = refusal { _ = try node.call("attachments.get", as: "2144000002", ["hash": hash]) }
        #expect(stranger?.code == "attachment.unknown")
        #expect(refusal { _ = try node.call("attachments.get", as: .centre, ["hash": String(repeating: "0", count: 64)]) } == stranger)
        #expect(refusal { _ = try node.call("attachments.get", as: .centre, ["hash": hash]) } == nil)
    }

    @Test func `a damaged file is not handed out, and fetching it puts it aside and wants it again`() throws {
        let hash = try attach(Self.jpeg).hash
        let shelf = BlobShelf(node: node.folder)
        let digest = Hashing.sha256(Self.jpeg)
        var changed = Self.jpeg
        changed[100] ^= 1
        try Data(changed).write(to: URL(fileURLWithPath: shelf.path(digest)))
        #expect(refusal { _ = try node.call("attachments.get", as: .centre, ["hash": hash]) }?.code == "attachment.damaged")
        _ = try node.call("attachments.fetch", as: .centre, ["hash": hash])
        #expect(shelf.size(digest) == nil)
        #expect(try node.archive.read { try BlobRegister($0).isWanted(digest) })
        #expect(refusal { _ = try node.call("attachments.get", as: .centre, ["hash": hash]) }?.code == "attachment.away")
    }
}
