import FoundationEssentials
import class Foundation.Thread
import Glibc

/// Lets a node end when whoever started it is gone, even by `kill -9`: the starter holds the write end of a pipe, and the
/// node's standard input, its read end, then comes to its end.
enum Lifeline {
    /// Environment variable; set to `standardInput` it asks a node to follow.
    static let variable = "XUEJI_LIFELINE"
    static let standardInput = "stdin"
    /// Seconds that an orderly end may take.
    private static let grace: UInt32 = 9

    /// Watches standard input from now on, if the environment asks for it.
    static func followIfAsked() {
        guard ProcessInfo.processInfo.environment[variable] == standardInput else { return }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            kill(getpid(), SIGTERM)
            Glibc.sleep(grace)
            _exit(1)
        }
    }
}

/// The starter's side. Keep it as long as the children are to live.
final class LifelinePipe: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    /// - Throws: `DemoFailure` `demo.pipe` when no file descriptor is left.
    init() throws(DemoFailure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw DemoFailure("demo.pipe", "无法建立管道（errno \(errno)）。", remedy: "请检查打开文件数的上限（ulimit -n）。", .storage)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
        // Children get the read end as their standard input, and nothing else of it.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }
}
