import Bench
import Foundation
import Synchronization

/// A workplace for tests: a folder of its own, and a stopwatch that counts how often it is read.
final class Yard {
    let folder: String
    private static let count = Mutex(0)

    init() throws {
        let serial = Self.count.withLock { value in
            value += 1
            return value
        }
        folder = FileManager.default.temporaryDirectory.path + "/xueji-yard-\(ProcessInfo.processInfo.processIdentifier)-\(serial)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func place(runs: Int = 1, references: ReferencePrograms? = nil, keep: String? = nil) -> Workplace {
        let readings = Mutex(0.0)
        return Workplace(folder: folder, executable: "/bin/false", runs: runs, references: references, keep: keep, seconds: {
            readings.withLock { value in
                value += 1
                return value
            }
        })
    }

    /// A reference that answers with a fixed line.
    func references(_ name: String, answering line: String) throws -> ReferencePrograms? {
        let bin = folder + "/references/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        try Data("#!/bin/sh\necho '\(line)'\n".utf8).write(to: URL(fileURLWithPath: bin + "/" + name))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bin + "/" + name)
        return ReferencePrograms(folder: folder + "/references")
    }
}
