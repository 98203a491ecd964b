import Foundation
import GRDB

/// A node of the measured program, run as a process of its own in a folder of the scratch.
final class ServedNode {
    let folder: String
    /// What stands in its store, running or not.
    let store: NodeStore
    private let executable: String
    private var running: RunningProgram?
    /// Address of the door for other nodes.
    private(set) var peer = ""
    /// Of the door for people, on loopback.
    private(set) var port = 0

    var pid: Int32? { running?.pid }

    init(_ name: String, at place: Workplace) throws {
        folder = try place.fresh(name)
        store = NodeStore(folder: folder)
        executable = place.executable
    }

    /// - Parameter folder: is left as it is.
    init(kept folder: String, at place: Workplace) throws {
        self.folder = folder
        store = NodeStore(folder: folder)
        executable = place.executable
    }

    private struct Ready: Decodable { let peer, console: String }
    private struct Account: Decodable { let password: String? }
    private struct Accounts: Decodable { let accounts: [Account] }
    private struct Session: Decodable { let token: String }
    private struct RunRecord: Decodable { let socket: String }

    /// Starts it and waits until it says that it is ready.
    func start() throws {
        let program = try RunningProgram(
            executable, ["serve", "--data", folder, "--listen", "127.0.0.1:0", "--peer-listen", "127.0.0.1:0"], quiet: true)
        running = program
        guard let line = program.line(), let ready = try? JSONDecoder().decode(Ready.self, from: Data(line.utf8)) else {
            stop()
            throw BenchFailure("the node in \(folder) does not start")
        }
        peer = ready.peer
        port = ready.console.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }

    func stop() {
        running?.stop()
        running = nil
    }

    /// Runs a verb on it; its answer.
    /// - Throws: `BenchFailure` when it is refused.
    @discardableResult
    func call(_ words: String...) throws -> Data {
        Data(try RunningProgram.output(of: executable, words + ["--data", folder, "--json"], quiet: true).utf8)
    }

    /// Path of the local socket of the running node.
    func socket() throws -> String {
        try JSONDecoder().decode(RunRecord.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/run.json"))).socket
    }

    /// A registrar of the node's own unit signs in, as for the first time.
    /// - Returns: the session's token.
    func signIn() throws -> String {
        let made = try JSONDecoder().decode(Accounts.self, from: try call("account", "add", "bench", "--role", "registrar"))
        guard let password = made.accounts.compactMap(\.password).first else { throw BenchFailure("no account") }
        let line = try KeptLine(.port(port))
        let first = Self.object(["account": "bench", "password": password])
        let opened = try line.ask("POST", "/api/v1/sessions", body: first)
        let token = try JSONDecoder().decode(Session.self, from: Data(opened.body)).token
        let changed = try line.ask(
            "PUT", "/api/v1/password", headers: [("Authorization", "Bearer \(token)")],
            body: Self.object(["old": password, "new": "Jiandan-2026-xueji"]))
        guard changed.status == 200 else { throw BenchFailure("the password is not taken: status \(changed.status)") }
        return token
    }

    private static func object(_ fields: [String: String]) -> [UInt8] { Array((try? JSONEncoder().encode(fields)) ?? Data()) }

    /// A number from the node's store, beside the running node.
    func number(_ sql: String) throws -> Int { try store.number(sql) }

    /// At a centre: units from the lines of a feed, a province and its county hosted on the node.
    /// - Parameter others: lines of further units.
    func found(beside others: [[String]] = [], at place: Workplace) throws {
        let feed = place.folder + "/units.csv"
        let lines = [
            ["code", "name", "tier", "competent", "territorial", "kind", "stages", "years", "owner", "urban"],
            ["440000", "广东省教育厅", "province", "000000", "", "", "", "", "", ""],
            [BenchPupils.county.text, "天河区教育局", "county", "440000", "", "", "", "", "", ""],
            [BenchPupils.school.text, "天河一小", "school", BenchPupils.county.text, BenchPupils.county.text, "211", "1", "6", "831", "111"],
        ] + others
        try Data(lines.map { $0.joined(separator: ",") + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: feed))
        try call("units", "import", feed)
        try call("host", "440000", "--unit", "000000")
        try call("host", BenchPupils.county.text, "--unit", "440000")
    }

    deinit { stop() }
}

/// The store of a node, read beside it.
struct NodeStore: Sendable, Hashable {
    let folder: String

    var path: String { folder + "/xueji.sqlite" }

    /// Of the file and its log.
    var bytes: Int {
        [path, path + "-wal"].map { (try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int) ?? 0 }.reduce(0, +)
    }

    func open() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    func number(_ sql: String) throws -> Int { try open().read { try Int.fetchOne($0, sql: sql) ?? 0 } }
}

/// A centre that is its own province and county, and one school with a node of its own below it.
struct ServedPair {
    let centre: ServedNode
    let school: ServedNode

    private struct Invitation: Decodable { let code: String }

    /// Founds both and lets them meet; the centre runs afterwards, the school does not.
    init(at place: Workplace) throws {
        centre = try ServedNode("centre", at: place)
        school = try ServedNode("school", at: place)
        try centre.call("init", "--name", "全国中心")
        try centre.start()
        try centre.found(at: place)
        let invitation = try JSONDecoder().decode(
            Invitation.self, from: try centre.call("invite", BenchPupils.school.text, "--unit", BenchPupils.county.text))
        try school.call("join", "--parent", centre.peer, "--code", invitation.code)
        try school.start()
        try school.call("status")
        school.stop()
    }
}
