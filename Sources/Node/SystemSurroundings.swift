import Glibc
import Protocol

/// The machine's clock and chance. The only file of the program that reads either.
public enum SystemSurroundings {
    public static let real = Surroundings(now: { seconds(of: CLOCK_REALTIME).0 }, randomBytes: randomBytes)

    /// Seconds from any fixed point; never goes back.
    public static func monotonicSeconds() -> Double {
        let (seconds, nanoseconds) = seconds(of: CLOCK_MONOTONIC)
        return Double(seconds) + Double(nanoseconds) / 1e9
    }

    /// A number in 0..<1, for jitter.
    public static func chance() -> Double { Double.random(in: 0..<1) }

    /// - Throws: `CancellationError` at once when the task is cancelled.
    public static func sleep(_ seconds: Double) async throws {
        try await Task.sleep(for: .seconds(seconds))
    }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count {
            withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }

    private static func seconds(of clock: clockid_t) -> (Int64, Int64) {
        var time = timespec()
        clock_gettime(clock, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
}
