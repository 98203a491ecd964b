import Foundation
import GRDB

/// A node of the measured program, run as a process of its own in a folder of the scratch.
final class ServedNode {
    let folder: String
    private let executable: String
    private var running: RunningProgram?
    /// Address of the door for other nodes.
    private(set) var peer = ""

    var pid: Int32? { running?.pid }

    init(_ name: String, at place: Workplace) throws {
        folder = try place.fresh(name)
        executable = place.executable
    }

    private struct Ready: Decodable { let peer: String }

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

    /// A number from the node's store, beside the running node.
    func number(_ sql: String) throws -> Int {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: folder + "/xueji.sqlite", configuration: configuration).read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    deinit { stop() }
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
        let feed = place.folder + "/units.csv"
        let lines = [
            ["code", "name", "tier", "competent", "territorial", "kind", "stages", "years", "owner", "urban"],
            ["440000", "广东省教育厅", "province", "000000", "", "", "", "", "", ""],
            [BenchPupils.county.text, "天河区教育局", "county", "440000", "", "", "", "", "", ""],
            [BenchPupils.school.text, "天河一小", "school", BenchPupils.county.text, BenchPupils.county.text, "211", "1", "6", "831", "111"],
        ]
        try Data(lines.map { $0.joined(separator: ",") + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: feed))
        try centre.call("units", "import", feed)
        try centre.call("host", "440000", "--unit", "000000")
        try centre.call("host", BenchPupils.county.text, "--unit", "440000")
        let invitation = try JSONDecoder().decode(
            Invitation.self, from: try centre.call("invite", BenchPupils.school.text, "--unit", BenchPupils.county.text))
        try school.call("join", "--parent", centre.peer, "--code", invitation.code)
        try school.start()
        try school.call("status")
        school.stop()
    }
}
