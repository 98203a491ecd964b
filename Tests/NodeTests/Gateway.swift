import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

/// A box that opens TLS on the way: answers every handshake with a certificate of its own issuer, and counts what it is sent.
final class Gateway: Sendable {
    /// Issuer of both certificates; not in any tree.
    static let issuer = "Gateway Inspection CA"

    let port: Int
    private let count = Counter()
    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup

    /// Bytes that came through the opened encryption.
    var received: Int { count.bytes.withLock { $0 } }

    /// - Parameter certificate: PEM, for `root.xueji.internal`.
    init(_ certificate: String = Gateway.certificate) async throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(Gateway.key.utf8), format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        let context = try NIOSSLContext(configuration: configuration)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let count = count
        channel = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: context), Sink(count)])
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        port = try #require(channel.localAddress?.port)
    }

    func close() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private final class Counter: Sendable {
        let bytes = Mutex(0)
    }

    private final class Sink: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let count: Counter

        init(_ count: Counter) { self.count = count }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let size = unwrapInboundIn(data).readableBytes
            count.bytes.withLock { $0 += size }
        }
    }

    static let root = """
        -----BEGIN CERTIFICATE-----
        MIIB5DCCAYugAwIBAgIUIwqA3urfcCQ3S0BSyjAwErd3Cv8wCgYIKoZIzj0EAwIw
        RzELMAkGA1UEBhMCQ04xGDAWBgNVBAoMD0V4YW1wbGUgR2F0ZXdheTEeMBwGA1UE
        AwwVR2F0ZXdheSBJbnNwZWN0aW9uIENBMCAXDTI2MTEyOTE2MjU1OVoYDzIxMjYx
        MTA1MTYyNTU5WjBHMQswCQYDVQQGEwJDTjEYMBYGA1UECgwPRXhhbXBsZSBHYXRl
        d2F5MR4wHAYDVQQDDBVHYXRld2F5IEluc3BlY3Rpb24gQ0EwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAATebLJm8Vphb2R+e065GTsr3KOoU95PbdvyPH+/s22kAO3U
        bgJEF/bi6/i8mhPNvRPVUEg9i336AbtBUXT0NH3+o1MwUTAdBgNVHQ4EFgQUvtrW
        Nm4MXelLvTidRTTJPz0f154wHwYDVR0jBBgwFoAUvtrWNm4MXelLvTidRTTJPz0f
        154wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiEAl68fAOKWO0hT
        WtMRpL7b1Wroez3ZPTWVJ7WfyBSpH3oCH0L70byy6mOwHnErwFKkblNcr6FBRxj8
        /B0ln8cZA3U=
        -----END CERTIFICATE-----
        """

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBzjCCAXSgAwIBAgICEAEwCgYIKoZIzj0EAwIwRzELMAkGA1UEBhMCQ04xGDAW
        BgNVBAoMD0V4YW1wbGUgR2F0ZXdheTEeMBwGA1UEAwwVR2F0ZXdheSBJbnNwZWN0
        aW9uIENBMCAXDTI2MTEyOTE2MjU1OVoYDzIxMjYxMTA1MTYyNTU5WjAeMRwwGgYD
        VQQDDBNyb290Lnh1ZWppLmludGVybmFsMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
        QgAEIxcqIYH1e/He9101NfIL7nZQ482HOf/u4KIk/TvBGAhHPCV44CedpoM46seB
        sxCudx/ibpNGLh8ovlV7vyCzcKN3MHUwHgYDVR0RBBcwFYITcm9vdC54dWVqaS5p
        bnRlcm5hbDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUt4DVtF/wRXt9
        LdcHihJG6g873uUwHwYDVR0jBBgwFoAUvtrWNm4MXelLvTidRTTJPz0f154wCgYI
        KoZIzj0EAwIDSAAwRQIhANv34uIL7jx7Zs89kghUgyjKFKiFJYAfCbPOqiwPVsAU
        AiAfB7mgIt0Bm4uCSuVarbs4nR0eL8qvkc30T/Y/GFKesQ==
        -----END CERTIFICATE-----
        """

    /// Of January 2020.
    static let ended = """
        -----BEGIN CERTIFICATE-----
        MIIBzDCCAXKgAwIBAgICEAIwCgYIKoZIzj0EAwIwRzELMAkGA1UEBhMCQ04xGDAW
        BgNVBAoMD0V4YW1wbGUgR2F0ZXdheTEeMBwGA1UEAwwVR2F0ZXdheSBJbnNwZWN0
        aW9uIENBMB4XDTIwMDEwMTAwMDAwMFoXDTIwMDExMTAwMDAwMFowHjEcMBoGA1UE
        AwwTcm9vdC54dWVqaS5pbnRlcm5hbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
        BCMXKiGB9Xvx3vddNTXyC+52UOPNhzn/7uCiJP07wRgIRzwleOAnnaaDOOrHgbMQ
        rncf4m6TRi4fKL5Ve78gs3CjdzB1MB4GA1UdEQQXMBWCE3Jvb3QueHVlamkuaW50
        ZXJuYWwwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFLeA1bRf8EV7fS3X
        B4oSRuoPO97lMB8GA1UdIwQYMBaAFL7a1jZuDF3pS704nUU0yT89H9eeMAoGCCqG
        SM49BAMCA0gAMEUCIBC24VgmUoAmRVz6UFlZK5CFNJ28FGeH0SFZAC7n8QF0AiEA
        26o6zykgsZesj6tlv12yDH7IcsupSOd7n8tWdnJorV4=
        -----END CERTIFICATE-----
        """

    /// Guards nothing: made for these tests.
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGEO708p8m+ZGLz8i
        pNyXL1/2AAbhSEpJVJ9AMocUH/WhRANCAAQjFyohgfV78d73XTU18gvudlDjzYc5
        /+7goiT9O8EYCEc8JXjgJ52mgzjqx4GzEK53H+Juk0YuHyi+VXu/ILNw
        -----END PRIVATE KEY-----
        """
}
