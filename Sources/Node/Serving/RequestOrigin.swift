import Hummingbird

/// What the server knows of a request beside its head and body.
struct RequestOrigin: InitializableFromSource, RequestContext {
    var coreContext: CoreRequestContextStorage
    /// IP address of the client; `local` for the socket.
    let address: String
    /// Which connection it came by.
    let connection: ObjectIdentifier

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "local"
        connection = ObjectIdentifier(source.channel)
    }
}
