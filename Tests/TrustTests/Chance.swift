import Protocol
import Synchronization

/// Chance that repeats from its seed, at a given time.
func surroundings(_ seed: UInt8, now: Int64 = 1_790_000_000) -> Surroundings {
    let counter = Mutex<UInt64>(0)
    return Surroundings(now: { now }) { count in
        (0..<count).map { _ in
            let number = counter.withLock { value in
                value += 1
                return value
            }
            return Hashing.sha256(Array("\(seed):\(number)".utf8)).bytes[0]
        }
    }
}
