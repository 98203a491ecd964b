import Features
import Logging
import Replication
import ServiceLifecycle
import Store

/// Looks after the inquiries that somebody waits for: ends those whose time is over, tells of provinces that are out of reach, and has what
/// nobody could answer tried again.
struct InquiryLoop: Service {
    /// Seconds between two looks.
    static let pause = 10.0
    /// Looks after which what nobody has answered is tried again, ten minutes.
    static let looksBetweenTrials = 60

    let archive: Archive
    let workers: Workers
    let endpoint: ParentEndpoint
    /// Rung when something was written.
    let stored: Bell
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending
    let log: Logger
    /// Seconds without a call after which a province counts as out of reach.
    var patience = LinkBoard.patience

    func run() async throws {
        var looks = 0
        await Rounds(end: end, ending: ending).run {
            defer { looks += 1 }
            do {
                let isTrial = looks % Self.looksBetweenTrials == 0
                if try await workers.run({ [archive, endpoint, patience] in
                    let hasWritten = try Self.look(archive, endpoint, patience)
                    return try isTrial && InquiryWatch.tryAgain(archive) > 0 || hasWritten
                }) { stored.ring() }
            } catch {
                log.error("looking after inquiries failed", metadata: ["error": "\(error)"])
            }
            return Self.pause
        }
    }

    private static func look(_ archive: Archive, _ endpoint: ParentEndpoint, _ patience: Int64) throws -> Bool {
        let children = Dictionary(endpoint.children.map { ($0.unit, $0) }, uniquingKeysWith: { first, _ in first })
        let now = archive.surroundings.now()
        let noted = try archive.read { try ContactBook.all($0) }
        return try InquiryWatch { unit in
            guard let child = children[unit] else { return InquiryWatch.Contact(isHere: false, at: noted[unit]?.at) }
            return InquiryWatch.Contact(isHere: child.isConnected && now - child.lastContact <= patience, at: child.lastContact)
        }.look(archive)
    }
}
