import Replication

/// Where requests of this program go out.
enum Callers {
    /// To a node on this machine, by its socket.
    static func local(_ socket: String) throws -> any RequestSender { Unavailable() }

    /// To a parent node.
    static func network(proxy: String?) throws -> any RequestSender { Unavailable() }

    private struct Unavailable: RequestSender {
        func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse {
            throw LinkFailure(.network, message: "尚未提供。", remedy: "", cause: "no caller yet")
        }
    }
}
