import Features
import HTTPTypes
import Hummingbird
import Replication
import Store
import Synchronization

/// Server-sent events (`text/event-stream`): tells an open page that something has changed, and nothing else.
final class NewsStream: Sendable {
    /// Streams at a time; further pages do without, as without script.
    static let atOnce = 2048
    /// Seconds between two events, and between signs of life.
    private static let spacing = 1.0
    private static let heartbeat = 20.0

    private let archive: Archive
    private let workers: Workers
    private let stored: Bell
    private let ending: Ending
    private let open = Atomic(0)

    init(archive: Archive, workers: Workers, stored: Bell, ending: Ending) {
        self.archive = archive
        self.workers = workers
        self.stored = stored
        self.ending = ending
    }

    /// - Returns: 204 without a session or beyond the limit, which tells browsers not to ask again.
    func response(_ request: Request) async -> Response {
        let token = Cookies(request.headers[values: .cookie])[Cookies.session] ?? ""
        guard await isSignedIn(token), open.add(1, ordering: .relaxed).newValue <= Self.atOnce else {
            return Response(status: .noContent)
        }
        // What came between the making of the page and this call is news already; so is whatever a process before this one has counted.
        let known = request.uri.queryParameters["since"].flatMap { UInt64($0) }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                defer { self.open.subtract(1, ordering: .relaxed) }
                try await writer.write(ByteBuffer(string: "retry: 5000\n\n"))
                var seen = known ?? self.stored.rings
                while !self.ending.isEnding {
                    let rings = seen
                    await self.stored.wait(since: rings, seconds: Self.heartbeat)
                    if self.ending.isEnding { break }
                    guard await self.isSignedIn(token) else { break }
                    seen = self.stored.rings
                    let event = seen == rings ? ": still here\n\n" : "event: news\ndata: 1\n\n"
                    // What was stored is applied first.
                    try await SystemSurroundings.sleep(Self.spacing)
                    try await writer.write(ByteBuffer(string: event))
                }
                try await writer.finish(nil)
            })
    }

    private func isSignedIn(_ token: String) async -> Bool {
        let archive = archive
        return (try? await workers.run { try archive.read { try SessionShelf.session(token, now: archive.surroundings.now(), $0) } }) != nil
    }
}
