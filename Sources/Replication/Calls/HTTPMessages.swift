/// A request as the program wants it sent. Bodies are bytes, or a file that is streamed.
public struct OutgoingRequest: Sendable {
    public enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", delete = "DELETE" }

    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Path of a file, read while it is sent; never held in memory.
        case file(String)
    }

    public var method: Method
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: Body
    /// Where to connect in place of the URL's host and port, `host:port`; the URL's host stays the name that the peer's
    /// certificate must carry.
    public var connectTo: String?
    /// The whole exchange, in seconds; 0 means no limit but that of a stalled line.
    public var timeoutSeconds: Int
    /// The largest answer taken in, in bytes.
    public var answerLimit: Int

    public init(
        _ method: Method, _ url: String, headers: [(name: String, value: String)] = [], body: Body = .none,
        timeoutSeconds: Int = 60, answerLimit: Int = 16 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutSeconds = timeoutSeconds
        self.answerLimit = answerLimit
    }
}

public struct IncomingResponse: Sendable {
    public var status: Int
    /// Names in lower case, in order of arrival.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    public var contentType: String? { header("content-type")?.lowercased() }

    /// Seconds; the date form of the header is not read.
    public var retryAfter: Int? { header("retry-after").flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
}

/// Sends one request. libcurl in the program, a pair of hands in tests and the simulator.
public protocol RequestSender: Sendable {
    func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse
}
