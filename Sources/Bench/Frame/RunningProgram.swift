import Foundation
import Glibc

/// A process that a benchmark has started. Its standard error goes where ours goes.
public final class RunningProgram {
    private let process = Process()
    private let output = Pipe()
    private var pending = Data()

    public var pid: Int32 { process.processIdentifier }

    public init(_ path: String, _ arguments: [String], quiet: Bool = false) throws {
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        if quiet { process.standardError = FileHandle.nullDevice }
        do { try process.run() } catch { throw BenchFailure("cannot start \(path): \(error)") }
    }

    /// The next line of its output; nil when it has closed it.
    public func line() -> String? {
        while true {
            if let end = pending.firstIndex(of: 10) {
                let line = String(decoding: pending[pending.startIndex..<end], as: UTF8.self)
                pending = Data(pending[(end + 1)...])
                return line
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { return nil }
            pending.append(more)
        }
    }

    /// Ends it as a supervisor does and waits.
    public func stop() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    /// Runs a program to its end.
    /// - Returns: its standard output.
    /// - Throws: `BenchFailure` when its status is not 0.
    public static func output(of path: String, _ arguments: [String], quiet: Bool = false) throws -> String {
        let program = try RunningProgram(path, arguments, quiet: quiet)
        let data = program.output.fileHandleForReading.readDataToEndOfFile()
        program.process.waitUntilExit()
        guard program.process.terminationStatus == 0 else {
            let said = String(decoding: data.prefix(400), as: UTF8.self)
            throw BenchFailure("\(path) \(arguments.prefix(2).joined(separator: " ")) ended with status \(program.process.terminationStatus): \(said)")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Memory and processor time of a process, as the kernel tells.
public struct ProcessFigures: Sendable, Hashable {
    public let residentKilobytes: Int
    public let cpuSeconds: Double

    public init(pid: Int32) {
        func text(_ name: String) -> String {
            (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(name)"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        let resident = text("status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        residentKilobytes = resident?.split(separator: " ").compactMap { Int($0) }.first ?? 0
        // After the name in parentheses: user and system time are the 12th and 13th fields, in hundredths of a second.
        let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
        cpuSeconds = fields.count > 12 ? ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / 100 : 0
    }

    /// Processes that this one has started and that run.
    public static func children(of pid: Int32) -> [Int32] {
        let list = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/task/\(pid)/children"))
        return String(decoding: list ?? Data(), as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }

    /// Processor time of this process so far, in seconds.
    public static func ownCPUSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
