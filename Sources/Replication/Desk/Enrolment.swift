import Protocol

/// How nodes come in below a parent. Both throw `PeerProblem` to refuse.
public struct Enrolment: Sendable {
    /// Admits a new node; gives the sealed reply.
    let join: @Sendable (JoinRequest) throws -> [UInt8]
    /// Certifies a node anew.
    let renew: @Sendable (RenewRequest) throws -> RenewReply

    public init(
        join: @escaping @Sendable (JoinRequest) throws -> [UInt8], renew: @escaping @Sendable (RenewRequest) throws -> RenewReply
    ) {
        self.join = join
        self.renew = renew
    }
}
