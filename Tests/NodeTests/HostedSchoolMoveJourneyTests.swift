@testable import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A school without a server that is given to another authority while the nodes of both are running.
struct HostedSchoolMoveJourneyTests {
    private static let guangxi = Unit(code: "450000", name: "广西教育厅", tier: .province, competent: .centre)
    private static let school = Unit(
        code: "3144000001", name: "边界学校", tier: .school, competent: "440000", territorial: "440000", kind: "211", stages: [.primary],
        years: [.primary: 6], owner: "831", urban: "111")

    @Test func `its pupils are at the new authority's node at once, and who hosts it there begins with all of them`() async throws {
        let (centre, archive) = try Fixture.centre("hosted-move-centre", seed: 1240)
        let (guangdong, guangxi) = (try Fixture.folder("hosted-move-44"), try Fixture.folder("hosted-move-45"))
        defer { for path in [centre, guangdong, guangxi] { Fixture.remove(path) } }
        let codes = try archive.write { transaction in
            for unit in [Self.guangxi, Self.school] {
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
            return try [UnitCode("440000"), "450000"].map { try Invitations.issue(for: $0, by: .centre, in: transaction).code.text }
        }
        try archive.close()
        let addresses = (0..<2).map { _ in Fixture.steadyAddress() }
        try await ServedNode.serve(centre, seed: 1241, peerListen: addresses[0]) { node in
            for (folder, code, seed) in [(guangdong, codes[0], 1242), (guangxi, codes[1], 1243)] as [(String, String, UInt64)] {
                _ = try await Joining(
                    parent: node.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: seed)).join()
            }
            try await ServedNode.serve(guangdong, seed: 1244) { former in
                try await Fixture.eventually { try Fixture.read(guangdong) { $0.directory.unit(Self.school.code) != nil } }
                #expect(await former.verb("host", Self.school.code.text) == 0)
            }
            let pupil = try Self.enter(guangdong)
            try await ServedNode.serve(guangdong, seed: 1246) { _ in
                try await Fixture.eventually { try Fixture.read(centre) { try DossierShelf($0).dossier(pupil) != nil } }
                try await ServedNode.serve(guangxi, seed: 1247, peerListen: addresses[1]) { new in
                    try await Self.isConnected(guangxi)
                    #expect(await node.verb("units", "move", Self.school.code.text, "--to", "450000") == 0)
                    // Long before the next regular comparison of heads.
                    try await Fixture.eventually { try Fixture.read(guangxi) { try DossierShelf($0).dossier(pupil) != nil } }
                    #expect(await new.verb("host", Self.school.code.text) == 0)
                    try await Fixture.eventually { try Fixture.read(guangxi) { try $0.recoveringUnits().isEmpty } }
                    for each in [node, new] { #expect(await each.verb("verify") == 0) }
                }
            }
        }
    }

    private static func isConnected(_ folder: String) async throws {
        try await Fixture.eventually { try Fixture.read(folder) { $0.directory.unit(school.code) != nil } }
    }

    /// A pupil whom the hosted school has taken in.
    private static func enter(_ folder: String) throws -> DossierID {
        let archive = try Fixture.archive(folder, seed: 1245)
        defer { try? archive.close() }
        return try archive.write { transaction in
            let step = Step(
                hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter, by: school.code,
                nextHolder: school.code, topology: 1, at: transaction.now,
                record: StudentRecord([.name: "张伟", .sex: "1", .birthDate: "20160305", .idType: "Z"]))
            try transaction.append(.step, Payload.encode(step), as: school.code, to: .up)
            return step.dossier
        }
    }
}
