import Features
import FoundationEssentials
import Protocol
import Store
import Synchronization

/// What a benchmark finds when it begins: a folder, a stopwatch, references. Time comes in; nothing here reads a clock.
public struct Workplace: Sendable {
    /// Seconds from any fixed point; never goes back.
    public let seconds: @Sendable () -> Double
    /// Scratch, empty; its owner removes it.
    public let folder: String
    /// The program that is being measured, for benchmarks that run it as a process.
    public let executable: String
    public let seed: UInt64
    /// Measured runs, at least one; the warm-up is not among them.
    public let runs: Int
    /// Nil where none are installed.
    public let references: ReferencePrograms?
    /// Where a store that takes long to make is kept, and found again; nil: it goes with the scratch.
    public let keep: String?
    /// Sleeps so many seconds; throws when cancelled.
    public let sleep: @Sendable (Double) async throws -> Void
    /// 0..<1, for the waits of links.
    public let chance: @Sendable () -> Double
    /// What the program keeps in a store: one that it has opened is opened with the same.
    public let book: @Sendable () -> ProjectionBook
    /// Says what is going on, for whoever waits.
    public let tell: @Sendable (String) -> Void

    public init(
        folder: String, executable: String, seed: UInt64 = 20_260_901, runs: Int = 5, references: ReferencePrograms? = nil,
        keep: String? = nil, seconds: @escaping @Sendable () -> Double, sleep: @escaping @Sendable (Double) async throws -> Void = { _ in await Task.yield() },
        chance: @escaping @Sendable () -> Double = { 0.5 }, book: @escaping @Sendable () -> ProjectionBook = { FeatureBook.book() },
        tell: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.seconds = seconds
        self.book = book
        self.folder = folder
        self.executable = executable
        self.seed = seed
        self.runs = max(runs, 1)
        self.references = references
        self.keep = keep
        self.sleep = sleep
        self.chance = chance
        self.tell = tell
    }

    /// How long a piece of work takes.
    public func timed<Value>(_ body: () throws -> Value) rethrows -> (seconds: Double, value: Value) {
        let start = seconds()
        let value = try body()
        return (seconds() - start, value)
    }

    /// A new empty folder in the scratch.
    public func fresh(_ name: String) throws -> String {
        let path = folder + "/" + name
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Seeded chance and a standing clock (2026-09-10 10:00 in China): the same store for the same seed.
    public var surroundings: Surroundings { surroundings(stream: 9) }

    /// The same clock with chance of its own, for whatever must not mint what others mint.
    public func surroundings(stream: UInt64) -> Surroundings {
        let chance = Mutex(SeededChance(seed: seed, stream: stream, of: 0))
        return Surroundings(
            now: { 1_789_005_600 },
            randomBytes: { count in
                chance.withLock { chance in
                    var bytes: [UInt8] = []
                    bytes.reserveCapacity(count + 7)
                    while bytes.count < count { withUnsafeBytes(of: chance.next()) { bytes.append(contentsOf: $0) } }
                    return Array(bytes.prefix(count))
                }
            }, passwordRounds: 10)
    }
}
