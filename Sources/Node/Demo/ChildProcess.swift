import FoundationEssentials
import Glibc
import Synchronization

/// A process that this one has started: this same binary with other arguments. Its output goes to files; it ends when
/// this process ends, however that happens (`Lifeline`).
final class ChildProcess: Sendable {
    /// How a process ended.
    enum Ending: Sendable, Hashable {
        case status(Int32)
        case signal(Int32)
    }

    let pid: pid_t
    private let ending = Mutex<Ending?>(nil)

    private init(pid: pid_t) { self.pid = pid }

    /// - Parameters:
    ///   - output: file for standard output, replaced.
    ///   - log: file for standard error, appended to.
    /// - Throws: `DemoFailure` `demo.spawn`.
    static func spawn(
        _ executable: String, _ arguments: [String], lifeline: LifelinePipe, output: String, log: String
    ) throws(DemoFailure) -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, lifeline.readEnd, STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C reaches the demo alone, which then ends its nodes in order.
        posix_spawnattr_setpgroup(&attributes, 0)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        var pid: pid_t = 0
        let words = CStrings([executable] + arguments)
        let environment = CStrings(environment.map { "\($0)=\($1)" })
        let status = withExtendedLifetime((words, environment)) {
            posix_spawn(&pid, executable, &actions, &attributes, words.pointers, environment.pointers)
        }
        guard status == 0 else {
            throw DemoFailure(
                "demo.spawn", "无法启动进程 \(executable)（errno \(status)）。", remedy: "请检查内存、进程数上限和磁盘空间。", .storage)
        }
        return ChildProcess(pid: pid)
    }

    /// This process' own, and a lifeline. Loopback needs no proxy.
    private static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment[Lifeline.variable] = Lifeline.standardInput
        environment["NO_PROXY"] = "127.0.0.1,localhost"
        environment["no_proxy"] = "127.0.0.1,localhost"
        environment["XUEJI_DATA"] = nil
        return environment
    }

    func send(_ signal: Int32) {
        if ended() == nil { kill(pid, signal) }
    }

    /// Nil while it runs.
    func ended() -> Ending? {
        ending.withLock { ending in
            if ending != nil { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            ending = status & 0x7f == 0 ? .status(status >> 8 & 0xff) : .signal(status & 0x7f)
            return ending
        }
    }

    /// - Returns: nil when it still runs after `seconds`.
    func ending(within seconds: Double) async -> Ending? {
        let end = SystemSurroundings.monotonicSeconds() + seconds
        while true {
            if let ending = ended() { return ending }
            guard SystemSurroundings.monotonicSeconds() < end else { return nil }
            // A cancelled task goes on waiting here: the child must not be left alone.
            await withUncancelledSleep(0.02)
        }
    }

    private func withUncancelledSleep(_ seconds: Double) async {
        await Task.detached { try? await SystemSurroundings.sleep(seconds) }.value
    }
}

/// Null-terminated C strings for `posix_spawn`.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }
}
