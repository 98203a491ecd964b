import Logging
import Protocol
import Replication
import Rules
import ServiceLifecycle
import Store
import Synchronization

/// Gathers what was refused at the peers' door and tells the operator, at most once in some seconds however many come.
final class RefusalBoard: Service, Sendable {
    /// Seconds between two writes.
    static let pause = 2.0
    /// Seconds after which a refusal that has not come again is forgotten: seven days.
    static let memory: Int64 = 7 * 86_400
    /// Kinds and senders gathered between two writes.
    private static let most = 100
    /// So many passing refusals of one kind from one sender, with no hour between them, are told.
    static let often = 5

    private struct Key: Hashable {
        let kind, who: String
    }

    /// Codes of a parent's answers that no honest node causes, with what they mean.
    private static let telling: Set<String> = [
        "malformed", "tooLarge", "unknownPath", "badSignature", "unknownUnit", "notBelow", "upgrade", "noJoining", "join.code",
        "join.used", "renew.signature", "renew.unit", "certificate.request", "certificate.path",
    ]

    private let archive: Archive
    private let workers: Workers
    private let ending: Ending
    private let log: Logger
    private let bell: Bell
    private let passing = Mutex<[Key: Int]>([:])
    private let counts = Mutex<[Key: (label: String, count: Int)]>([:])

    /// - Parameter bell: rung also when the process ends.
    init(archive: Archive, workers: Workers, bell: Bell, ending: Ending, log: Logger) {
        self.archive = archive
        self.workers = workers
        self.bell = bell
        self.ending = ending
        self.log = log
    }

    /// An answer that refuses a call, when it is one of those that an operator should know.
    func note(_ problem: PeerProblem, from who: String) {
        if problem.code == "sessionGone" { return notePassing(problem.code, problem.text, from: who) }
        guard Self.telling.contains(problem.code) || problem.code.hasPrefix("certificate.") else { return }
        note(problem.code, problem.text, from: who)
    }

    /// An envelope that a neighbour should not have sent. What may be missing only for the moment is no news.
    func note(_ refusal: Acceptance.Refusal, from unit: UnitCode) {
        let label: String? = switch refusal {
        case .malformed: "数据包无法识别"
        case .tooLarge: "数据包超出大小限制"
        case .badSignature: "数据包签名不对"
        case .bodyDiffers: "数据包内容与签名不符"
        case .notForUs: "数据包不该送到本节点"
        case .notAllowed: "数据包的收件范围超出签发单位的权限"
        case .sealedKey: "数据包用已停用或吊销的密钥签发"
        case .fork: "数据包与已有数据流冲突"
        case .unknownAlgorithm: "数据包所用的签名算法本程序不认识"
        case .unknownKey, .gap: nil
        }
        let kind = "envelope." + refusal.rawValue
        if let label { return note(kind, label, from: unit.text) }
        notePassing(kind, refusal == .gap ? "数据包不接在已有的数据之后" : "数据包用未登记的密钥签发", from: unit.text)
    }

    /// What an honest node causes as well, for a moment: told when it comes again and again.
    func notePassing(_ kind: String, _ label: String, from who: String) {
        let isOften = passing.withLock { passing in
            let key = Key(kind: kind, who: who)
            guard passing[key] != nil || passing.count < Self.most else { return false }
            passing[key, default: 0] += 1
            return passing[key] ?? 0 >= Self.often
        }
        if isOften { note(kind, label, from: who) }
    }

    func note(_ kind: String, _ label: String, from who: String) {
        counts.withLock { counts in
            let key = Key(kind: kind, who: who)
            let kept = counts[key] != nil || counts.count < Self.most ? key : Key(kind: kind, who: "…")
            counts[kept] = (label, (counts[kept]?.count ?? 0) + 1)
        }
        log.warning("peer refused", metadata: ["kind": "\(kind)", "from": "\(who)"])
        bell.ring()
    }

    func run() async throws {
        while !ending.isEnding, !Task.isCancelled {
            let seen = bell.rings
            await write()
            if ending.isEnding { break }
            await bell.wait(since: seen, seconds: 3600)
            if bell.rings == seen { passing.withLock { $0 = [:] } }
            // What comes in a burst is written together.
            try? await SystemSurroundings.sleep(counts.withLock { $0.isEmpty } ? 0 : 0.2)
        }
        await write()
        try? await gracefulShutdown()
    }

    private func write() async {
        let taken = counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
        do {
            try await workers.run { [archive] in
                try archive.write { transaction in
                    for (key, value) in taken {
                        try transaction.noteRefusals(key.kind, from: key.who, label: value.label, count: value.count)
                    }
                    try transaction.forgetRefusals(olderThan: Self.memory)
                }
            }
        } catch {
            log.error("refusals not written", metadata: ["error": "\(error)"])
        }
    }
}
