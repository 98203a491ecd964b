import Features
import FoundationEssentials
import Glibc
import Replication
import Rules

/// One node of the demo: a process of its own with a folder of its own, reached as a user reaches it.
actor DemoNode {
    /// The first line of `serve`.
    struct Ready: Decodable, Sendable, Hashable {
        let console: String
        let api: String
        let peer: String
        let pid: Int32
    }

    /// What `init` and `join` print.
    struct Founded: Decodable, Sendable {
        struct Administrator: Decodable, Sendable {
            let account: String
            let password: String
        }

        let unit: String
        let tier: String
        let admin: Administrator
    }

    nonisolated let unit: Unit
    /// Holds `data`, `serve.log` and, for a school, its workbook.
    nonisolated let folder: String
    private let executable: String
    private let lifeline: LifelinePipe
    private var process: ChildProcess?
    private(set) var founded: Founded?
    private(set) var ready: Ready?
    private var sender: (any RequestSender)?

    /// Makes the folder.
    init(_ unit: Unit, in parent: String, executable: String, lifeline: LifelinePipe) throws(DemoFailure) {
        self.unit = unit
        folder = parent + "/" + unit.code.text
        self.executable = executable
        self.lifeline = lifeline
        guard mkdir(folder, 0o700) == 0 else {
            throw DemoFailure("demo.folder", "无法建立文件夹 \(folder)（errno \(errno)）。", remedy: "请检查权限和磁盘空间。", .storage)
        }
    }

    nonisolated var data: String { folder + "/data" }
    nonisolated var logFile: String { folder + "/serve.log" }

    /// `init` or `join`, as typed.
    func found(_ verb: [String]) async throws {
        let output = folder + "/found.out"
        let child = try ChildProcess.spawn(
            executable, verb + ["--data", data, "--json"], lifeline: lifeline, output: output, log: logFile)
        let ending = await child.ending(within: 60)
        let text = Self.read(output)
        // The answer has a password in it.
        unlink(output)
        guard ending == .status(0), let founded = try? JSONDecoder().decode(Founded.self, from: Data(text.utf8)) else {
            child.send(SIGKILL)
            throw failed("demo.found", "\(verb[0]) 没有成功：\(text)")
        }
        self.founded = founded
    }

    /// Starts the node and waits until it serves. A node that was up before gets its old ports again; at first it takes some that are free.
    func start() async throws {
        guard ready == nil else { return try await serve(console: Self.address(ready?.console), peer: Self.address(ready?.peer)) }
        for attempt in 1...8 {
            do { return try await serve(console: Self.steadyAddress(), peer: Self.steadyAddress()) } catch let failure as DemoFailure
            where failure.code == "demo.ended" && attempt < 8 {
                continue
            }
        }
    }

    /// A port below those that the system hands to whatever connects: one of those might be taken while the node is down.
    private static func steadyAddress() -> String { "127.0.0.1:\(16_000 + Int(SystemSurroundings.chance() * 16_000))" }

    private func serve(console: String, peer: String) async throws {
        let output = folder + "/serve.out"
        let child = try ChildProcess.spawn(
            executable,
            ["serve", "--data", data, "--listen", console, "--peer-listen", peer],
            lifeline: lifeline, output: output, log: logFile)
        process = child
        let begin = SystemSurroundings.monotonicSeconds()
        while true {
            let text = Self.read(output)
            if let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first {
                guard let ready = try? JSONDecoder().decode(Ready.self, from: Data(line.utf8)) else {
                    throw failed("demo.ready", "第一行输出无法识别：\(line)")
                }
                self.ready = ready
                sender = try socketSender()
                return
            }
            guard child.ended() == nil else { throw failed("demo.ended", "进程在就绪之前已经结束") }
            guard SystemSurroundings.monotonicSeconds() - begin < 60 else { throw failed("demo.slow", "60 秒内没有就绪") }
            try await SystemSurroundings.sleep(0.02)
        }
    }

    /// The API in the name of this unit, or of one that the node hosts.
    func client(as hosted: UnitCode? = nil) throws(DemoFailure) -> NodeClient {
        guard let sender else { throw failed("demo.stopped", "节点没有运行") }
        return NodeClient(sender: sender, unit: hosted ?? unit.code)
    }

    /// - Throws: `DemoFailure` with the end of the log when the process is gone.
    func mustRun() throws(DemoFailure) {
        if let ending = process?.ended() { throw failed("demo.ended", "进程意外结束（\(ending)）") }
    }

    /// SIGTERM, then the orderly end that the contract promises within 10 s.
    /// - Returns: whether it ended so.
    func stop() async -> Bool {
        guard let process else { return true }
        process.send(SIGTERM)
        self.process = nil
        sender = nil
        if let ending = await process.ending(within: 10) { return ending == .status(0) }
        process.send(SIGKILL)
        _ = await process.ending(within: 5)
        return false
    }

    /// `kill -9`, and up again on the same ports.
    func crash() async throws {
        guard let process else { throw failed("demo.stopped", "节点没有运行") }
        process.send(SIGKILL)
        guard await process.ending(within: 5) != nil else { throw failed("demo.kill", "kill -9 以后进程仍在") }
        // Its old port may be held for a moment by some connection that the system gave it to meanwhile.
        for attempt in 1...8 {
            do { return try await start() } catch let failure as DemoFailure where failure.code == "demo.ended" && attempt < 8 {
                try await SystemSurroundings.sleep(1)
            }
        }
    }

    /// The same failure with this node's name and log.
    nonisolated func blamed(_ error: any Error) -> any Error {
        if error is CancellationError || error is DemoFailure { return error }
        let reason = switch error {
        case let refused as NodeClient.Refused: "\(refused.refusal.message)\(refused.refusal.remedy)(\(refused.refusal.code))"
        case let failure as LinkFailure: failure.message + failure.remedy
        default: "\(error)"
        }
        return failed("demo.node", reason)
    }

    private nonisolated func failed(_ code: String, _ what: String) -> DemoFailure {
        DemoFailure(
            code, "节点 \(unit.code)（\(unit.name)）：\(what)", remedy: "日志在 \(logFile)。", .unreachable, log: logTail)
    }

    private nonisolated var logTail: String {
        Self.read(logFile).split(separator: "\n").suffix(15).joined(separator: "\n")
    }

    private func socketSender() throws -> any RequestSender {
        guard let record = RunRecord.read(from: data) else { throw failed("demo.record", "没有找到运行记录 run.json") }
        return try HTTPCaller.local(record.socket)
    }

    private static func address(_ url: String?) -> String {
        url.flatMap { $0.split(separator: "/").last.map(String.init) } ?? "127.0.0.1:0"
    }

    private static func read(_ path: String) -> String {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
