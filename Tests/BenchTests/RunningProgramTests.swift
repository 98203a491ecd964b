import Glibc
import Testing

@testable import Bench

@Suite struct RunningProgramTests {
    @Test func linesComeOneByOneAndTheEndIsNil() throws {
        let program = try RunningProgram("/bin/sh", ["-c", "echo one; echo two"])
        #expect(program.line() == "one" && program.line() == "two" && program.line() == nil)
        program.stop()
    }

    @Test func aStatusThatIsNotZeroIsAFailure() throws {
        #expect(try RunningProgram.output(of: "/bin/echo", ["hello"]) == "hello\n")
        #expect(throws: BenchFailure.self) { try RunningProgram.output(of: "/bin/false", []) }
        #expect(throws: BenchFailure.self) { try RunningProgram("/nowhere/at/all", []) }
    }

    @Test func theKernelTellsMemoryAndProcessorTime() {
        let own = ProcessFigures(pid: getpid())
        #expect(own.residentKilobytes > 1000 && ProcessFigures.ownCPUSeconds() > 0)
        #expect(ProcessFigures(pid: -1).residentKilobytes == 0)
    }
}
