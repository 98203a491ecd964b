import Features
import Synchronization

/// How much may be asked at one door: a bucket of requests per address that fills at a fixed rate, requests in work of one
/// address and of all, and the bytes of their bodies.
final class RequestLimits: Sendable {
    /// What a door lets in.
    struct Door: Sendable {
        /// Named in the answer to those who are kept out.
        var name: String
        /// Requests a second in the long run, and at once, from one address.
        var perSecond: Double
        var atOnce: Double
        /// Requests in work at a time: of one address, and of all together. A pull that waits is not in work.
        var inWorkOfOne: Int
        var inWork: Int
        /// Body bytes in memory at a time, all together.
        var bodyBytes: Int
        /// Connections at a time; further ones wait in the system's queue.
        var connections: Int
        /// Of these such as have not proven themselves: with more, those that are still so at the next look are closed.
        var unproven: Int
        /// Of these one child's: the oldest is closed for the next one.
        var connectionsOfOne = 16
        var pace = RequestPace.Demands()

        /// Browsers and programs.
        static let console = Door(
            name: "console", perSecond: 200, atOnce: 600, inWorkOfOne: 64, inWork: 512, bodyBytes: 256 << 20, connections: 2048,
            unproven: 512)
        /// Nodes below. A whole county may come from one address, so that this is no limit of one child's: see `DeskLimits`.
        static let peers = Door(
            name: "peer", perSecond: 2000, atOnce: 6000, inWorkOfOne: 512, inWork: 512, bodyBytes: 256 << 20, connections: 12_288,
            unproven: 1024)
        /// Calls at the peers' door that prove themselves without a certificate: joining, renewing, vouching. What strangers can hold up.
        static let strangers = Door(
            name: "peer", perSecond: 500, atOnce: 2000, inWorkOfOne: 64, inWork: 128, bodyBytes: 32 << 20, connections: 0, unproven: 0)

        /// The same door where fewer files may be open than it would like.
        /// - Parameters:
        ///   - files: that the process may have open.
        ///   - share: of them for this door.
        func fitted(files: Int, share: Double) -> Door {
            var door = self
            door.connections = min(connections, max(64, Int(Double(files) * share)))
            door.unproven = min(unproven, door.connections / 2)
            return door
        }
    }

    /// Why a request has to come again later.
    struct Busy: Sendable, Hashable {
        /// One address asks too much: 429. Else all together do: 503.
        var isOfOne: Bool
        /// Seconds.
        var wait: Int
    }

    /// Header fields of one request: bytes, and their number.
    static let headerBytes = 32 << 10
    static let headerFields = 100
    /// JSON body, in bytes.
    static let jsonBytes = 4 << 20
    /// Seconds after which a connection on which nothing moves is closed: longer than a long poll.
    static let idleSeconds: Int64 = 75
    /// Addresses remembered at a time.
    static let remembered = 10_000

    private struct Bucket {
        var tokens: Double
        var at: Double
        var inWork = 0
    }

    private struct State {
        var buckets: [String: Bucket] = [:]
        var inWork = 0
        var bodyBytes = 0
        /// When addresses were last forgotten.
        var tidiedAt = -1.0
    }

    let door: Door
    private let state = Mutex(State())

    init(_ door: Door) { self.door = door }

    /// Nil when the request may go on; whoever is let in leaves again.
    func enter(_ address: String, now: Double) -> Busy? {
        state.withLock { state in
            if state.inWork >= door.inWork { return Busy(isOfOne: false, wait: 2) }
            var bucket = state.buckets[address] ?? Bucket(tokens: door.atOnce, at: now)
            bucket.tokens = min(door.atOnce, bucket.tokens + (now - bucket.at) * door.perSecond)
            bucket.at = now
            let mayPass = bucket.tokens >= 1 && bucket.inWork < door.inWorkOfOne
            if mayPass {
                bucket.tokens -= 1
                bucket.inWork += 1
                state.inWork += 1
            }
            if state.buckets.count >= Self.remembered { Self.forget(&state, now: now, door) }
            // With more addresses than can be remembered the newest are held by the limits of all.
            if state.buckets.count < Self.remembered || state.buckets[address] != nil { state.buckets[address] = bucket }
            return mayPass ? nil : Busy(isOfOne: true, wait: 1)
        }
    }

    /// Goes on with a request that was let in before and has left meanwhile: it counts as work, not as another request.
    func enterAgain(_ address: String) -> Busy? {
        state.withLock { state in
            if state.inWork >= door.inWork { return Busy(isOfOne: false, wait: 2) }
            guard state.buckets[address, default: Bucket(tokens: 0, at: 0)].inWork < door.inWorkOfOne else { return Busy(isOfOne: true, wait: 1) }
            state.inWork += 1
            state.buckets[address]?.inWork += 1
            return nil
        }
    }

    func leave(_ address: String) {
        state.withLock { state in
            state.inWork -= 1
            state.buckets[address]?.inWork -= 1
        }
    }

    /// Takes room for a part of a body; false when there is none.
    func hold(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bodyBytes + bytes <= door.bodyBytes else { return false }
            state.bodyBytes += bytes
            return true
        }
    }

    func release(_ bytes: Int) { state.withLock { $0.bodyBytes -= bytes } }

    var inWork: Int { state.withLock { $0.inWork } }

    /// Addresses that have nothing in work and a full bucket again are as new ones.
    private static func forget(_ state: inout State, now: Double, _ door: Door) {
        guard now - state.tidiedAt >= 1 else { return }
        state.tidiedAt = now
        state.buckets = state.buckets.filter { _, bucket in
            bucket.inWork > 0 || bucket.tokens + (now - bucket.at) * door.perSecond < door.atOnce
        }
    }
}

extension RequestLimits.Busy: Error {
    var status: Int { isOfOne ? 429 : 503 }

    var refusal: Refusal {
        isOfOne
            ? Refusal("request.tooMany", "请求过于频繁。", remedy: "请 \(wait) 秒后重试。", kind: .permission)
            : Refusal("request.overloaded", "节点正忙。", remedy: "请 \(wait) 秒后重试。", kind: .permission)
    }
}
