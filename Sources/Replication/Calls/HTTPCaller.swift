import CCurl
import Glibc
import Synchronization

/// How a caller reaches out. Without a proxy here the environment's (`https_proxy`, `no_proxy`) counts.
public struct HTTPSettings: Sendable, Hashable {
    public var proxy: String?
    /// Path of a unix domain socket to use in place of the network.
    public var unixSocket: String?
    /// Whom to trust and what to show over TLS; nil: the system's authorities, and no certificate.
    public var tls: TLSSettings?
    /// Hosts reached without a proxy, in `no_proxy`'s form; nil: the environment's.
    public var noProxy: String?
    public var connectSeconds: Int
    /// A line on which nothing moves for so long is given up; longer than any long poll.
    public var stallSeconds: Int

    public init(
        proxy: String? = nil, unixSocket: String? = nil, tls: TLSSettings? = nil, noProxy: String? = nil,
        connectSeconds: Int = 20, stallSeconds: Int = 120
    ) {
        self.proxy = proxy
        self.unixSocket = unixSocket
        self.tls = tls
        self.noProxy = noProxy
        self.connectSeconds = connectSeconds
        self.stallSeconds = stallSeconds
    }
}

/// Both directions of trust over TLS, all PEM.
public enum TLSSettings: Sendable, Hashable {
    /// The peer must lead to this root and carry the URL's host name. Own certificate with its issuers, and key; nil: none.
    case tree(root: String, own: OwnCertificate?)
    /// Nobody is verified: only for an exchange that proves itself by other means.
    case unverified

    public struct OwnCertificate: Sendable, Hashable {
        public let chain: String
        public let key: String

        public init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }
    }
}

/// HTTP/1.1 over libcurl: one multi handle on one thread of its own, connections kept and reused. Ends with its last
/// reference; what is under way then fails as cancelled.
public final class HTTPCaller: RequestSender {
    private let loop: CallLoop

    /// - Throws: `LinkFailure` when libcurl or the thread cannot be had.
    public init(_ settings: HTTPSettings = HTTPSettings()) throws(LinkFailure) {
        loop = CallLoop(settings)
        try loop.start()
    }

    deinit { loop.stop() }

    /// What counts for requests sent from now on; connections made with other certificates are not used for them.
    public func use(_ tls: TLSSettings) { loop.use(tls) }

    /// Any HTTP status is an answer; `LinkFailure` is thrown where there is none. Cancelling the task ends the exchange.
    public func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse {
        let id = loop.nextID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in loop.submit(id, request, continuation) }
        } onCancel: {
            loop.cancel(id)
        }
        return try result.get()
    }
}

/// The thread, and what is handed to it.
final class CallLoop: Sendable {
    typealias Continuation = CheckedContinuation<Result<IncomingResponse, LinkFailure>, Never>

    private struct Submission {
        let id: UInt64
        let request: OutgoingRequest
        let continuation: Continuation
    }

    private struct State {
        var settings: HTTPSettings
        var lastID: UInt64 = 0
        var submissions: [Submission] = []
        var cancelled: [UInt64] = []
        var isStopped = false
        /// Valid while the thread runs; only for `curl_multi_wakeup`, which any thread may call.
        var multi: UnsafeMutableRawPointer?
    }

    private struct Running {
        let transfer: Transfer
        let submission: Submission
        /// Set for a second look, which only reads the certificate: why the call itself has failed.
        var failed: LinkFailure?
    }

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
    static let cancelled = LinkFailure(.cancelled, message: "请求已取消。", remedy: "", cause: "cancelled")

    private let state: Mutex<State>

    init(_ settings: HTTPSettings) { state = Mutex(State(settings: settings)) }

    func use(_ tls: TLSSettings) { state.withLock { $0.settings.tls = tls } }

    func start() throws(LinkFailure) {
        let hasMulti = state.withLock { state in
            guard CallLoop.isReady, let multi = curl_multi_init() else { return false }
            state.multi = multi
            return true
        }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let result = hasMulti ? pthread_create(&thread, nil, { context in
            context.map { Unmanaged<CallLoop>.fromOpaque($0).takeRetainedValue().run() }
            return nil
        }, context.toOpaque()) : ENOMEM
        guard result == 0 else {
            context.release()
            throw LinkFailure(.network, message: "网络组件不可用。", remedy: "请重启节点。", cause: "curl thread: \(result)")
        }
        pthread_detach(thread)
    }

    func nextID() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    func submit(_ id: UInt64, _ request: OutgoingRequest, _ continuation: Continuation) {
        let isTaken = state.withLock { state in
            guard !Task.isCancelled, !state.isStopped else { return false }
            state.submissions.append(Submission(id: id, request: request, continuation: continuation))
            wake(state)
            return true
        }
        if !isTaken { continuation.resume(returning: .failure(CallLoop.cancelled)) }
    }

    func cancel(_ id: UInt64) {
        state.withLock { state in
            state.cancelled.append(id)
            wake(state)
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            wake(state)
        }
    }

    private func wake(_ state: State) {
        if let multi = state.multi { curl_multi_wakeup(multi) }
    }

    // MARK: On the thread

    private func run() {
        guard let multi = state.withLock({ SendablePointer($0.multi) }).pointer else { return }
        var running: [UnsafeMutableRawPointer: Running] = [:]
        while true {
            let (submissions, cancelled, isStopped) = takeOrders()
            for submission in submissions { begin(submission, multi, &running) }
            if !cancelled.isEmpty || isStopped {
                let ids = Set(cancelled)
                for (handle, call) in running where isStopped || ids.contains(call.submission.id) {
                    finish(handle, .failure(CallLoop.cancelled), multi, &running)
                }
            }
            if isStopped { break }
            var count: Int32 = 0
            curl_multi_perform(multi, &count)
            var result = CURLE_OK
            while let handle = xueji_curl_finished(multi, &result) {
                if let call = running[handle] { ended(handle, call, result, multi, &running) }
            }
            curl_multi_poll(multi, nil, 0, 60_000, nil)
        }
        state.withLock { $0.multi = nil }
        curl_multi_cleanup(multi)
    }

    private func takeOrders() -> ([Submission], [UInt64], Bool) {
        state.withLock { state in
            defer {
                state.submissions = []
                state.cancelled = []
            }
            return (state.submissions, state.cancelled, state.isStopped)
        }
    }

    private func begin(
        _ submission: Submission, _ multi: UnsafeMutableRawPointer, _ running: inout [UnsafeMutableRawPointer: Running]
    ) {
        do throws(LinkFailure) {
            let transfer = try Transfer(submission.request, state.withLock { $0.settings })
            running[transfer.handle] = Running(transfer: transfer, submission: submission)
            curl_multi_add_handle(multi, transfer.handle)
        } catch {
            submission.continuation.resume(returning: .failure(error))
        }
    }

    /// Behind a certificate of a stranger's issuer a second look finds out who that is.
    private func ended(
        _ handle: UnsafeMutableRawPointer, _ call: Running, _ result: CURLcode, _ multi: UnsafeMutableRawPointer,
        _ running: inout [UnsafeMutableRawPointer: Running]
    ) {
        if let failed = call.failed {
            let issuer = result == CURLE_OK ? call.transfer.issuerShown : nil
            return finish(handle, .failure(issuer.map { .intercepted(issuer: $0, cause: failed.cause) } ?? failed), multi, &running)
        }
        let outcome = call.transfer.outcome(result)
        guard case .failure(let failure) = outcome, failure.code == .certificate, call.transfer.metStranger,
              let look = try? Transfer.look(call.submission.request, state.withLock({ $0.settings })) else {
            return finish(handle, outcome, multi, &running)
        }
        running[handle] = nil
        curl_multi_remove_handle(multi, handle)
        running[look.handle] = Running(transfer: look, submission: call.submission, failed: failure)
        curl_multi_add_handle(multi, look.handle)
    }

    private func finish(
        _ handle: UnsafeMutableRawPointer, _ result: Result<IncomingResponse, LinkFailure>,
        _ multi: UnsafeMutableRawPointer, _ running: inout [UnsafeMutableRawPointer: Running]
    ) {
        guard let call = running.removeValue(forKey: handle) else { return }
        curl_multi_remove_handle(multi, handle)
        call.submission.continuation.resume(returning: result)
    }
}

/// Carries the multi handle from behind the lock to the thread that it was made for.
private struct SendablePointer: Sendable {
    private let bits: UInt

    init(_ pointer: UnsafeMutableRawPointer?) { bits = UInt(bitPattern: pointer) }

    var pointer: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: bits) }
}
