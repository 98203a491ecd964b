import Features
import FoundationEssentials
import Protocol
import Rules
import Store

/// The centre's node with the tables of accounts and invitations, one province hosted on it and one that is not.
final class AccountTestNode: Sendable {
    let folder: String
    let archive: Archive
    let clock: TestNode.Clock
    /// One-time password of the centre's administrator.
    let password: String

    static let hosted: UnitCode = "440000"
    static let elsewhere: UnitCode = "110000"

    init(seed: UInt64) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/xueji-accounts-\(UUIDText.of(seed))"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        clock = TestNode.Clock(seed: seed)
        archive = try Archive(
            folder: folder, book: FeatureBook.book(others: [AccountSchema(), PasswordResetOffice(), Invitations(), FigureSchema()]), surroundings: clock.surroundings)
        let (text, kept) = try AccountShelf.oneTimePassword(clock.surroundings)
        password = text
        try archive.write { transaction in
            let key = transaction.surroundings.statementKey()
            try transaction.setNodeText("unit", UnitCode.centre.text)
            try transaction.trustRoot(key.publicKey)
            try transaction.keepSecret(key, of: .centre, incarnation: transaction.surroundings.incarnation())
            let units = [
                Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
                Unit(code: Self.hosted, name: "广东省教育厅", tier: .province, competent: .centre),
                Unit(code: Self.elsewhere, name: "北京市教育委员会", tier: .province, competent: .centre),
            ]
            for unit in units { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            try AccountShelf.putAdministrator(of: .centre, kept, in: transaction)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func call(
        _ id: String, by actor: Actor, _ parameters: [String: String] = [:], body: String = "", trails: TrailsBelow = .none
    ) throws -> JSONValue {
        guard let operation = (AccountOperations.all + TrailOperations.operations { trails } + HostingOperations.all).first(where: { $0.id == id }) else {
            throw Refusal("test", id, remedy: "")
        }
        let reply = try operation.handle(
            Call(archive: archive, actor: actor, parameters: parameters, body: Array(body.utf8)))
        guard case .json(let value) = reply else { return .null }
        return try JSONBody.decode(try JSONBody.encode(AnyEncodable(value: value)))
    }

    /// A unit below that this node comes to host.
    /// - Returns: the one-time password of its administrator.
    func host(_ unit: Unit) throws -> String {
        if unit.code != Self.hosted { try archive.write { _ = try $0.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) } }
        let above = Actor.localOperator(of: unit.competent ?? .centre)
        return try call("units.host", by: above, ["unit": unit.code.text])["admin"]?["password"]?.text ?? ""
    }

    /// Lets the offices work until nothing is left.
    func settle() throws {
        while try archive.write({ try $0.applyStored() }).hasMore {}
    }

    func signIn(_ password: String, account: String = "admin", unit: UnitCode = .centre) throws -> String {
        let nobody = Actor(unit: unit, account: "", roles: [])
        let body = #"{"account":"\#(account)","password":"\#(password)"}"#
        return try call("sessions.open", by: nobody, body: body)["token"]?.text ?? ""
    }

    func session(_ token: String) throws -> SessionShelf.Session {
        try archive.read { try SessionShelf.session(token, now: clock.surroundings.now(), $0) }
    }
}

enum UUIDText {
    static func of(_ seed: UInt64) -> String { "\(ProcessInfo.processInfo.processIdentifier)-\(seed)" }
}
