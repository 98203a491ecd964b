import Features
import FoundationEssentials
import Logging
@testable import Node
import Protocol
import Rules
import Store
import Synchronization
import Testing

/// Folders, time and chance for tests.
enum Fixture {
    /// Chance that repeats from its seed; the clock is the machine's where none is given.
    static func surroundings(seed: UInt64, now: @escaping @Sendable () -> Int64 = SystemSurroundings.real.now) -> Surroundings {
        let counter = Mutex<UInt64>(0)
        let randomBytes: @Sendable (Int) -> [UInt8] = { count in
            (0..<count).map { _ in
                let n = counter.withLock { value in
                    value += 1
                    return value
                }
                return Hashing.sha256(Array("\(seed):\(n)".utf8)).bytes[0]
            }
        }
        // The passwords of tests guard nothing; at the full price they took half of all the processors' time.
        return Surroundings(now: now, randomBytes: randomBytes, passwordRounds: 10)
    }

    private static let ports = Mutex<Int>(0)

    /// A port below those that the system hands out by itself, so that a node can come back to it: one of those might be
    /// taken meanwhile by any connection of a test beside this one.
    static func steadyAddress() -> String {
        let number = ports.withLock { count in
            count += 1
            return count
        }
        return "127.0.0.1:\(15_000 + Int(ProcessInfo.processInfo.processIdentifier) % 120 * 120 + number)"
    }

    /// A folder that does not exist yet; its parent goes with the test process.
    static func folder(_ name: String) throws -> String {
        let base = FileManager.default.temporaryDirectory.path
            + "/xueji-node-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        let folder = base + "/" + name
        try? FileManager.default.removeItem(atPath: folder)
        return folder
    }

    static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

    static func quiet() -> Logger {
        var log = Logger(label: "test")
        log.logLevel = .critical
        return log
    }

    static let province = Unit(code: "440000", name: "广东省教育厅", tier: .province, competent: .centre)
    static let county = Unit(code: "440106", name: "天河区教育局", tier: .county, competent: "440000")

    /// Reads the store of a node, served or not.
    static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(folder: folder, book: Wiring.book(), surroundings: surroundings(seed: 998), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    /// Opens the archive of a founded node with the program's tables.
    static func archive(_ folder: String, seed: UInt64) throws -> Archive {
        try Archive(folder: folder, book: Wiring.book(), surroundings: surroundings(seed: seed))
    }

    /// A centre that knows a province and a county of it.
    static func centre(_ name: String, seed: UInt64) throws -> (folder: String, archive: Archive) {
        let folder = try folder(name)
        _ = try Founding.foundCentre(name: "教育部", folder: folder, surroundings: surroundings(seed: seed))
        let archive = try archive(folder, seed: seed + 1)
        try archive.write { transaction in
            for unit in [province, county] {
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
        }
        return (folder, archive)
    }

    /// The same, with nothing that holds its folder.
    static func stoppedCentre(_ name: String, seed: UInt64) throws -> String {
        let (folder, archive) = try centre(name, seed: seed)
        try archive.close()
        return folder
    }

    /// A stopped centre that has invited the province.
    static func invitingCentre(_ name: String, seed: UInt64) throws -> (folder: String, code: String) {
        let (folder, archive) = try centre(name, seed: seed)
        let code = try archive.write { try Invitations.issue(for: province.code, by: .centre, in: $0).code.text }
        try archive.close()
        return (folder, code)
    }

    /// Waits for something that other tasks bring about.
    static func eventually(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<1800 {
            if try await condition() { return }
            try await SystemSurroundings.sleep(0.1)
        }
        var accounts = ""
        for node in ServedNode.served { accounts += "\n" + (await node.account()) }
        Issue.record("what was waited for did not come within three minutes\(accounts)")
    }
}
