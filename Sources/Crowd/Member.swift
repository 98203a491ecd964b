import FoundationEssentials
import Protocol
import Replication
import Rules
import Trust

/// One synthetic child: a school with a statement key of its own, enrolled at the parent under test.
public struct Member: Codable, Sendable, Hashable {
    public let code: String
    /// Of the statement key.
    public let seed: Data
    public let incarnation: Data
    /// Key and certificate for TLS, the tree's root, all PEM; and the name in the parent's certificate.
    let certificates, linkKey, root, parentName: String

    init(unit: UnitCode, key: StatementKey, own: Credential, root: [UInt8], parentName: String, surroundings: Surroundings) {
        code = unit.text
        seed = Data(key.seed)
        incarnation = Data(surroundings.incarnation().bytes)
        certificates = own.certificatesText
        linkKey = own.keyText
        self.root = Credential.text(certificates: [root])
        self.parentName = parentName
    }

    /// A way to the parent with its own certificate, on connections of its own.
    func caller() throws -> HTTPCaller {
        try HTTPCaller(HTTPSettings(tls: .tree(root: root, own: .init(chain: certificates, key: linkKey)), noProxy: "*"))
    }

    public var unit: UnitCode { UnitCode(code) }

    /// Nil when the file it was read from is damaged.
    var key: StatementKey? { StatementKey(seed: Array(seed)) }

    /// The stream in which it tells its parent of its pupils.
    var stream: StreamID? { Incarnation(incarnation).map { StreamID(unit: unit, incarnation: $0, audience: .up) } }

    /// What it wrote while the parent was away: one envelope with so many pupils who have no ID number.
    func envelope(pupils: Int, surroundings: Surroundings) throws -> Envelope? {
        guard let key, let stream, let blank = Digest([UInt8](repeating: 0, count: 32)) else { return nil }
        let entries = (0..<pupils).map { number in
            let record = StudentRecord([
                .name: "学生\(code.suffix(4))\(number)", .sex: number % 2 == 0 ? "1" : "2", .birthDate: "20190\(1 + number % 9)15",
                .idType: "Z",
            ])
            let act = surroundings.act()
            let step = Step(
                hash: blank, dossier: .own(of: unit, act), previous: nil, kind: .enter, by: unit, nextHolder: unit,
                topology: 1, at: surroundings.now(), record: record)
            return Entry(act: act, kind: .step, payload: Payload.encode(step))
        }
        return try Envelope.seal(entries, stream: stream, after: nil, key: key)
    }
}

/// The members of a crowd in a file, one JSON array.
public struct MemberFile: Sendable {
    let path: String

    public init(path: String) { self.path = path }

    public func read() throws -> [Member] {
        try JSONDecoder().decode([Member].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    public func write(_ members: [Member]) throws {
        try JSONEncoder().encode(members).write(to: URL(fileURLWithPath: path))
    }
}
