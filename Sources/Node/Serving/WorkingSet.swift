import FoundationEssentials
import Glibc
import Replication
import ServiceLifecycle

/// Keeps what a node at rest holds in memory small. Starting, or a large import, touches most of the program's pages, and a node that
/// only waits needs few of them: they are given back to the kernel, which has them in its cache and maps them again where they are used.
struct WorkingSet: Service {
    /// Seconds after which a start is over.
    static let settling = 5.0
    /// Seconds between two givings back.
    static let rest = 600.0

    /// Rung when the process ends.
    let end: Bell
    let ending: Ending

    func run() async throws {
        var hasStarted = false
        await Rounds(end: end, ending: ending).run {
            guard hasStarted else {
                hasStarted = true
                return Self.settling
            }
            Self.trim()
            return Self.rest
        }
    }

    /// Gives back the pages of the program's code.
    static func trim() {
        // Nothing is lost where this cannot be read: the pages stay.
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
        for range in code(in: maps) {
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// Where code lies that a file backs and nobody can have written to: only such pages come back as they were.
    /// - Parameter maps: as the kernel lists a process's memory (proc(5), `/proc/pid/maps`).
    static func code(in maps: String) -> [Range<UInt>] {
        maps.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            guard columns.count >= 6, columns[1] == "r-xp", columns[5].hasPrefix("/") else { return nil }
            let bounds = columns[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
            return bounds[0]..<bounds[1]
        }
    }
}
