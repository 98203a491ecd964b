import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Rules
import Store
import Synchronization
import Testing

/// A node's own copies through days that a test turns.
struct BackupLoopTests {
    private static let day: Int64 = 86_400

    private final class Clock: Sendable {
        private let held = Mutex<Int64>(1_795_423_230)
        var now: Int64 { held.withLock { $0 } }
        func pass(_ seconds: Int64) { held.withLock { $0 += seconds } }
    }

    /// A stopped centre under a clock of the test's own.
    private final class Days: Sendable {
        let clock = Clock()
        let folder: String
        let archive: Archive

        init(_ name: String, seed: UInt64) throws {
            folder = try Fixture.stoppedCentre(name, seed: seed)
            let chance = Fixture.surroundings(seed: seed + 5)
            archive = try Archive(
                folder: folder, book: Wiring.book(),
                surroundings: Surroundings(now: { [clock] in clock.now }, randomBytes: chance.randomBytes))
        }

        func pass(_ seconds: Int64) { clock.pass(seconds) }

        var copies: [BackupShelf.File] { BackupShelf(node: folder).files() }

        var isAlarmRaised: Bool {
            get throws {
                try archive.read {
                    try Bool.fetchOne($0.database, sql: "SELECT EXISTS (SELECT 1 FROM alarm WHERE code = 'backup')") ?? false
                }
            }
        }

        /// Puts a file in the place of the folder for copies, so that none can be taken.
        func block() throws {
            try? FileManager.default.removeItem(atPath: folder + "/backups")
            try Data().write(to: URL(fileURLWithPath: folder + "/backups"))
        }
    }

    @Test func `a copy is taken once a day, however often it looks, and the newest seven are kept`() throws {
        let days = try Days("backup-daily", seed: 1300)
        defer { Fixture.remove(days.folder) }
        var newest: [Int64] = []
        for _ in 0..<9 {
            for _ in 0..<6 {
                try BackupLoop.look(days.archive)
                days.pass(Self.day / 6)
            }
            newest.append(try #require(days.copies.first).takenAt)
        }
        #expect(Set(newest).count == 9)
        #expect(days.copies.count == BackupShelf.kept)
        #expect(days.copies.map(\.takenAt) == newest.reversed().prefix(BackupShelf.kept).map { $0 })
        #expect(zip(newest, newest.dropFirst()).allSatisfy { $1 - $0 == Self.day })
        #expect(try !days.isAlarmRaised)
    }

    @Test func `three days without a copy raise the alarm, the next copy ends it`() throws {
        let days = try Days("backup-alarm", seed: 1310)
        defer { Fixture.remove(days.folder) }
        try BackupLoop.look(days.archive)
        #expect(days.copies.count == 1)
        try days.block()
        for hour in stride(from: Int64(0), through: 71, by: 6) {
            #expect(throws: (any Error).self, "\(hour)") { try BackupLoop.look(days.archive) }
            #expect(try !days.isAlarmRaised, "\(hour)")
            days.pass(6 * 3600)
        }
        #expect(throws: (any Error).self) { try BackupLoop.look(days.archive) }
        #expect(try days.isAlarmRaised)
        try FileManager.default.removeItem(atPath: days.folder + "/backups")
        try BackupLoop.look(days.archive)
        #expect(days.copies.count == 1)
        #expect(try !days.isAlarmRaised)
    }

    @Test func `a clock that was put back does not stop the copies`() throws {
        let days = try Days("backup-clock", seed: 1320)
        defer { Fixture.remove(days.folder) }
        try BackupLoop.look(days.archive)
        days.pass(-400 * Self.day)
        try BackupLoop.look(days.archive)
        #expect(days.copies.count == 2)
    }
}
