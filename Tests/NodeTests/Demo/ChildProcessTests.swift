@testable import Node
import Glibc
import Testing

@Suite struct ChildProcessTests {
    @Test func `Its output goes to the file and its exit status comes back`() async throws {
        let folder = try Fixture.folder("child-output")
        mkdir(folder, 0o700)
        defer { Fixture.remove(folder) }
        let lifeline = try LifelinePipe()
        let child = try ChildProcess.spawn(
            "/bin/sh", ["-c", "echo 你好; echo 日志 >&2; exit 3"], lifeline: lifeline, output: folder + "/out", log: folder + "/log")
        #expect(await child.ending(within: 20) == .status(3))
        #expect(String(decoding: try FileBytes.read(folder + "/out"), as: UTF8.self) == "你好\n")
        #expect(String(decoding: try FileBytes.read(folder + "/log"), as: UTF8.self) == "日志\n")
    }

    @Test func `A signal ends it and is told, even where this process ignores the signal`() async throws {
        let folder = try Fixture.folder("child-signal")
        mkdir(folder, 0o700)
        defer { Fixture.remove(folder) }
        let before = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, before) }
        let lifeline = try LifelinePipe()
        let child = try ChildProcess.spawn(
            "/bin/sh", ["-c", "kill -PIPE $$; sleep 20"], lifeline: lifeline, output: folder + "/out", log: folder + "/log")
        #expect(await child.ending(within: 15) == .signal(SIGPIPE))
    }

    @Test func `Whoever reads its standard input learns that the starter is gone`() async throws {
        let folder = try Fixture.folder("child-lifeline")
        mkdir(folder, 0o700)
        defer { Fixture.remove(folder) }
        var lifeline: LifelinePipe? = try LifelinePipe()
        let child = try ChildProcess.spawn(
            "/bin/cat", [], lifeline: try #require(lifeline), output: folder + "/out", log: folder + "/log")
        #expect(await child.ending(within: 0.3) == nil)
        lifeline = nil
        #expect(await child.ending(within: 15) == .status(0))
    }

    @Test func `A program that is not there is a failure in words`() async throws {
        let folder = try Fixture.folder("child-missing")
        mkdir(folder, 0o700)
        defer { Fixture.remove(folder) }
        let lifeline = try LifelinePipe()
        do {
            let child = try ChildProcess.spawn(
                folder + "/none", [], lifeline: lifeline, output: folder + "/out", log: folder + "/log")
            // Some systems learn it only in the child.
            #expect(await child.ending(within: 10) == .status(127))
        } catch {
            #expect(error.code == "demo.spawn" && error.message.contains("无法启动"))
        }
    }
}
