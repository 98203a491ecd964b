import Replication

extension HTTPCaller {
    /// Reaches a node on this machine by its socket; root's way in.
    static func local(_ socket: String) throws(LinkFailure) -> HTTPCaller {
        try HTTPCaller(HTTPSettings(unixSocket: socket, stallSeconds: 3600))
    }

    /// Reaches a service outside the tree; without a proxy here, `https_proxy` counts.
    static func network(proxy: String?) throws(LinkFailure) -> HTTPCaller { try HTTPCaller(HTTPSettings(proxy: proxy)) }
}
