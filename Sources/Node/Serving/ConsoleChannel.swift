import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// The console's door on the line, off loopback: TLS with the certificate of the moment, HTTP/1.1 inside. Whoever speaks plain HTTP
/// is told where to go.
struct ConsoleChannel: ServerChildChannel {
    let http: HTTP1Channel
    let trust: ConsoleTrust
    let log: Logger

    static func server(_ configuration: HTTP1Channel.Configuration, _ trust: ConsoleTrust, _ log: Logger) -> HTTPServerBuilder {
        HTTPServerBuilder { ConsoleChannel(http: HTTP1Channel(responder: $0, configuration: configuration), trust: trust, log: log) }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            do {
                try channel.pipeline.syncOperations.addHandlers([PlainTurnedAway(), NIOSSLServerHandler(context: try trust.context())])
            } catch {
                log.error("console without a certificate", metadata: ["cause": "\(error)"])
                throw error
            }
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}

/// Looks at a connection's first byte. A TLS handshake goes on; the letter of an HTTP method is answered in plain with the address
/// to use, and nothing that it says is read any further.
final class PlainTurnedAway: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isTurnedAway = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isTurnedAway else { return }
        let bytes = unwrapInboundIn(data)
        guard let first = bytes.readableBytesView.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else {
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            return
        }
        isTurnedAway = true
        let answer = Self.answer(to: String(decoding: bytes.readableBytesView.prefix(4096), as: UTF8.self))
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer))).whenComplete { _ in channel.close(promise: nil) }
    }

    /// 426 (RFC 9110) with a page for people.
    static func answer(to request: String) -> String {
        let host = host(in: request)
        let address = host.map { "https://\($0)" } ?? ""
        let link = host == nil ? "<p>请把地址开头的 http:// 改成 https://。</p>" : """
            <p>请改用 <a href="\(address)/">\(address)/</a>。</p>
            <p>浏览器提示证书不受信任时，先看<a href="\(address)/certificate">安装根证书</a>。</p>
            """
        let page = """
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">\
            <title>请使用加密地址</title></head><body><h1>请使用加密地址</h1><p>本系统只接受加密连接（HTTPS），没有办理任何业务。</p>\(link)</body></html>
            """
        return """
            HTTP/1.1 426 Upgrade Required\r
            Upgrade: TLS/1.2\r
            Connection: Upgrade, close\r
            Content-Type: text/html; charset=utf-8\r
            Cache-Control: no-store\r
            Content-Length: \(page.utf8.count)\r
            \r
            \(page)
            """
    }

    /// The host that was asked for, where it has the shape of one: it comes back in the page.
    private static func host(in request: String) -> String? {
        let line = request.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("host:") }
        guard let value = line?.dropFirst(5).drop(while: { $0 == " " }), (1...300).contains(value.utf8.count),
              value.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]".utf8.contains($0) }) else { return nil }
        return String(value)
    }
}
