import Foundation

/// Where `deploy/bench_prepare` put what the figures are held against: one executable a reference in `bin`. Each prints one JSON line.
public struct ReferencePrograms: Sendable, Hashable {
    public let folder: String

    /// Nil where the folder has no `bin`.
    public init?(folder: String) {
        guard FileManager.default.fileExists(atPath: folder + "/bin") else { return nil }
        self.folder = folder
    }

    /// `XUEJI_BENCH`, or `xueji-bench` in the user's cache.
    public static var usual: String {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["XUEJI_BENCH"], !folder.isEmpty { return folder }
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? (environment["HOME"] ?? "") + "/.cache"
        return cache + "/xueji-bench"
    }

    /// The program of that name; nil where it is not installed.
    public func path(of name: String) -> String? {
        let path = folder + "/bin/" + name
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    private struct Answer: Decodable {
        let seconds: Double
        let rows: Int
        let check: String
        let cpu: Double?
    }

    /// Runs a reference once and reads its line: `{"seconds":1.5,"rows":1000,"check":"…"}`, `cpu` where it knows its processor time.
    /// - Throws: `BenchFailure` when it fails or says something else.
    public func run(_ name: String, _ arguments: [String]) throws -> Trial {
        guard let path = path(of: name) else { throw BenchFailure("reference \(name) is not installed in \(folder)") }
        let output = try RunningProgram.output(of: path, arguments)
        guard let line = output.split(separator: "\n").last, let answer = try? JSONDecoder().decode(Answer.self, from: Data(line.utf8)) else {
            throw BenchFailure("reference \(name) printed no JSON line")
        }
        return Trial(seconds: answer.seconds, rows: answer.rows, check: answer.check, cpuSeconds: answer.cpu)
    }
}

/// Why a benchmark could not be run.
public struct BenchFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
