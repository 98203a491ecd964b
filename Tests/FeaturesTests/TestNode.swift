import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Sheets
import Store
import Synchronization
import Testing

/// A node's archive in a folder of its own, with time and chance of the test's making.
final class TestNode: Sendable {
    let folder: String
    let archive: Archive
    let clock: Clock

    /// Time stands still until the test moves it.
    final class Clock: Sendable {
        /// 2026-09-10 10:00 in China.
        private let seconds = Mutex<Int64>(1_789_005_600)
        private let counter = Mutex<UInt64>(0)
        private let seed: UInt64

        init(seed: UInt64) { self.seed = seed }

        func advance(_ by: Int64) { seconds.withLock { $0 += by } }

        var surroundings: Surroundings {
            Surroundings(now: { self.seconds.withLock { $0 } }, randomBytes: { self.bytes($0) }, passwordRounds: 10)
        }

        private func bytes(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in
                let n = counter.withLock { value in
                    value &+= 1
                    return value
                }
                return Hashing.sha256(Array("\(seed):\(n)".utf8)).bytes[0]
            }
        }
    }

    /// The features' book, with what the Node room adds that their tests need: the trail, and an office that writes it.
    static func book(adapter: PublicSecurityAdapter = .localRules) -> ProjectionBook {
        FeatureBook.book(adapter: adapter, others: [AccountSchema(), InquiryOffice(isOpen: { true })])
    }

    init(seed: UInt64 = 1, adapter: PublicSecurityAdapter = .localRules) throws {
        folder = try TestNode.freshFolder()
        clock = Clock(seed: seed)
        archive = try Archive(folder: folder, book: Self.book(adapter: adapter), surroundings: clock.surroundings)
    }

    /// A node on a store that is there already, in a folder that becomes the test's own.
    init(adopting folder: String, seed: UInt64 = 2) throws {
        self.folder = folder
        clock = Clock(seed: seed)
        archive = try Archive(folder: folder, book: Self.book(), surroundings: clock.surroundings)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A new empty folder.
    static func freshFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/xueji-test-\(getpidText())-\(serial())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    private static let count = Mutex(0)

    private static func serial() -> Int {
        count.withLock { value in
            value += 1
            return value
        }
    }

    /// Makes the node the centre's, with units below whose streams it hosts too.
    func becomeCentre(hosting units: [Unit]) throws {
        try archive.write { transaction in
            let surroundings = transaction.surroundings
            try transaction.setNodeText("unit", UnitCode.centre.text)
            let key = surroundings.statementKey()
            try transaction.trustRoot(key.publicKey)
            try transaction.keepSecret(key, of: .centre, incarnation: surroundings.incarnation())
            let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)
            try transaction.append(.unit, Payload.encode(centre), as: .centre, to: .everyone)
            for unit in units {
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
                let secret = surroundings.statementKey()
                let enrolment = KeyEnrolment(
                    unit: unit.code, publicKey: secret.publicKey, issuer: .centre, generation: 1, node: .centre)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(unit.code))
                try transaction.keepSecret(secret, of: unit.code, incarnation: surroundings.incarnation())
            }
        }
    }

    /// Lets the offices work until nothing is left.
    func settle() throws {
        var passes = 0
        while try archive.write({ try $0.applyStored() }).hasMore, passes < 100 { passes += 1 }
    }

    /// Calls an operation as the local operator of a unit, or as another actor.
    func call(
        _ id: String, as unit: UnitCode, _ parameters: [String: String] = [:], body: String = "",
        file: (path: String, name: String)? = nil, actor: Actor? = nil
    ) throws -> String {
        let operations = AttachmentOperations.all + ProblemOperations.all + KeyDataOperations.all + RollChangeOperations.all + OpenCaseOperations.all + DuplicateOperations.all + ClassOperations.all
            + CampusOperations.all + RegistrationOperations.all + SuspicionOperations.all + PolicyOperations.all + DirectoryOperations.all
            + HostingOperations.all + UnitMergers.all + OverrideOperations.all + TransferOperations.all + DivisionOperations.all
            + InquiryOperations.operations(links: { .none }) + AttestationOperations.all + ImportOperations.operations(wake: {})
            + OversightOperations.operations(version: "test", links: { .none })
        guard let operation = operations.first(where: { $0.id == id }) else { throw Refusal("test", id, remedy: "") }
        let call = Call(
            archive: archive, actor: actor ?? .localOperator(of: unit), parameters: parameters, body: Array(body.utf8), file: file)
        guard case .json(let value) = try operation.handle(call) else { return "" }
        return String(decoding: try JSONBody.encode(AnyEncodable(value: value)), as: UTF8.self)
    }

    /// A node of a unit below that holds nothing yet, on the same root.
    func reader(seed: UInt64, of unit: UnitCode) throws -> TestNode {
        let reader = try TestNode(seed: seed)
        let root = try #require(try archive.read { try $0.directory.activeKey(of: .centre)?.key })
        try reader.archive.write { transaction in
            try transaction.setNodeText("unit", unit.text)
            try transaction.trustRoot(root)
        }
        return reader
    }

    /// What this node holds that is written by a unit or below it, or for it.
    func envelopes(for unit: UnitCode) throws -> [[UInt8]] {
        try archive.read { reading in
            var found: [[UInt8]] = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                if reading.directory.contains(unit, stored.stream.unit) || stored.stream.audience.reaches(unit, in: reading.directory) {
                    found.append(stored.bytes)
                }
                return true
            }
            return found
        }
    }

    func count(_ state: RegistrationState) throws -> Int {
        try archive.read { try StateCount.of(state, $0) }
    }
}

struct AnyEncodable: Encodable {
    let value: any Encodable
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

enum People {
    static let county = Unit(code: "440106", name: "天河区教育局", tier: .county, competent: .centre)
    static let school = Unit(
        code: "2144000001", name: "天河第一小学", tier: .school, competent: "440106", territorial: "440106", kind: "211",
        stages: [.primary], years: [.primary: 6], owner: "831", urban: "111")

    /// A valid row: the rule book's example pupil at this school, with what makes one pupil differ from the next.
    static func row(_ number: Int, classCode: String, changes: [StudentField: RawCell] = [:]) -> [StudentField: RawCell] {
        var cells = ExamplePupil.cells
        let body = "44010620160305" + String(format3(number * 2 + 2))
        let id = body + String(ResidentIDNumber.checkDigit(for17: body) ?? "0")
        cells[.schoolCode] = RawCell(school.code.text)
        cells[.name] = RawCell("张" + String(UnicodeScalar(0x4E00 + number) ?? "一"))
        cells[.sex] = RawCell("女")
        cells[.birthDate] = RawCell("20160305")
        cells[.idNumber] = RawCell(id)
        cells[.classCode] = RawCell(classCode)
        cells[.entryMonth] = RawCell(String(classCode.prefix(4)) + "09")
        return cells.merging(changes) { $1 }
    }

    private static func format3(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.count) + text
    }

    /// A workbook of the 2013 template with these rows.
    static func workbook(_ rows: [[StudentField: RawCell]], at path: String) throws {
        let columns = Template[.v2013].columns
        let writer = try TableWriter(path: path, columns: columns.map { ColumnSpec($0.header) })
        for row in rows { try writer.write(columns.map { column in column.field.flatMap { row[$0]?.text } ?? "" }) }
        try writer.finish()
    }
}

enum StateCount {
    static func of(_ state: RegistrationState, _ reading: Reading) throws -> Int {
        try Int.fetchOne(
            reading.database, sql: "SELECT count(*) FROM dossier WHERE state = ?", arguments: [state.rawValue]) ?? 0
    }
}

func getpidText() -> String { String(ProcessInfo.processInfo.processIdentifier) }

enum EnvelopeCount {
    static func of(_ reading: Reading) throws -> Int {
        try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM envelope") ?? 0
    }
}
