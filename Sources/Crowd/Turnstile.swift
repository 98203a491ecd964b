import Replication
import Synchronization

/// Lets so many requests of the whole crowd be under way at a time; the others wait their turn, first come, first served.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var queue: [CheckedContinuation<Void, Never>] = []
        var first = 0
        var requests = 0
        /// Answers by HTTP status; calls without an answer by the failure's code.
        var outcomes: [String: Int] = [:]
    }

    private let state: Mutex<State>

    init(width: Int) { state = Mutex(State(free: width)) }

    var requests: Int { state.withLock { $0.requests } }
    var outcomes: [String: Int] { state.withLock { $0.outcomes } }

    func send(_ request: OutgoingRequest, through inner: any RequestSender) async throws(LinkFailure) -> IncomingResponse {
        await enter()
        defer { leave() }
        do throws(LinkFailure) {
            let answer = try await inner.send(request)
            note(String(answer.status))
            return answer
        } catch {
            if error.code != .cancelled { note(error.code.rawValue) }
            throw error
        }
    }

    private func note(_ outcome: String) {
        state.withLock { state in
            state.requests += 1
            state.outcomes[outcome, default: 0] += 1
        }
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let mayPass = state.withLock { state in
                guard state.free > 0 else {
                    state.queue.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if mayPass { continuation.resume() }
        }
    }

    private func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.first < state.queue.count else {
                state.free += 1
                return nil
            }
            defer {
                state.first += 1
                if state.first > 1024, state.first * 2 > state.queue.count {
                    state.queue.removeFirst(state.first)
                    state.first = 0
                }
            }
            return state.queue[state.first]
        }
        next?.resume()
    }
}

/// One member's way through the turnstile, with its own certificate on the line.
struct MemberSender: RequestSender {
    let caller: HTTPCaller
    let turnstile: Turnstile
    let address: PeerAddress
    let parentName: String

    func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse {
        try await turnstile.send(address.request(request, toPeerNamed: parentName), through: caller)
    }
}
