@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import struct Protocol.Attachment
import Rules
import Store
import Testing

struct BlobOfficeTests {
    private static let school: UnitCode = "2144000001"
    private static let units = [
        Unit(code: "440100", name: "广州市教育局", tier: .city, competent: .centre),
        Unit(code: "440105", name: "海珠区教育局", tier: .county, competent: "440100"),
        Unit(code: "440106", name: "天河区教育局", tier: .county, competent: "440100"),
        Unit(
            code: school, name: "天河第一小学", tier: .school, competent: "440106", territorial: "440106", kind: "211",
            stages: [.primary], years: [.primary: 6], owner: "831", urban: "111"),
    ]
    private let node: TestNode
    private let hash = Hashing.sha256([1, 2, 3])

    /// Speaks for the city and one of its counties; the school and the other county have nodes of their own.
    private init(county: UnitCode) throws {
        node = try TestNode(seed: 93)
        try node.becomeCentre(hosting: Self.units)
        let dossier = try #require(DossierID([UInt8](repeating: 5, count: 16)))
        let attachment = Attachment(
            dossier: dossier, by: Self.school, hash: hash, size: 3, type: "jpg", purpose: "evidence", name: "a", at: 1)
        _ = try node.archive.write { transaction in
            try transaction.append(.attachment, Payload.encode(attachment), as: Self.school, to: .up)
        }
        try node.archive.write { transaction in
            try transaction.database.execute(sql: "UPDATE unit_key SET node = unit")
            for unit in [Self.school, county] { try transaction.retireSecret(of: unit) }
        }
        try node.settle()
    }

    init() throws { try self.init(county: "440105") }

    private func isWanted() throws -> Bool { try node.archive.read { try BlobRegister($0).isWanted(hash) } }

    private func moveSchool() throws {
        _ = try node.archive.write { try UnitMoves.move(Self.school, to: "440105", territorial: nil, by: "440100", in: $0) }
        try node.settle()
    }

    @Test func `a school that goes to another authority brings its files there: the former one waits no longer`() throws {
        #expect(try isWanted())
        try moveSchool()
        #expect(try !isWanted())
    }

    @Test func `what somebody asked to see is still waited for`() throws {
        try node.archive.write { try BlobRegister($0).want(hash, of: Self.school, size: 3, isUrgent: true, at: $0.now) }
        try moveSchool()
        #expect(try isWanted())
    }

    @Test func `the new authority waits for the files of a school that comes to it`() throws {
        let new = try BlobOfficeTests(county: "440106")
        #expect(try !new.isWanted())
        try new.moveSchool()
        #expect(try new.isWanted())
    }
}
