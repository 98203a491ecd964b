import Features
import GRDB
import Logging
import Replication
import ServiceLifecycle
import Store

/// Carries the centre's questions to the public-security register and the answers back, where the register is not the
/// embedded one (M-VER). A register out of reach is asked again; the pupils keep their provisional numbers meanwhile.
struct IdentityLoop: Service {
    /// Seconds between two exchanges.
    static let rest = 10.0

    let adapter: PublicSecurityAdapter
    let archive: Archive
    let workers: Workers
    let sender: any RequestSender
    /// Rung when answers were stored.
    let stored: Bell
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        await Rounds(end: end, ending: ending).run {
            await round()
            return Self.rest
        }
    }

    private func round() async {
        do {
            if try await exchange() > 0 { stored.ring() }
            guard adapter != .localRules else { return }
            try await workers.run { [archive] in
                let stands = try archive.read { reading in
                    try Bool.fetchOne(
                        reading.database, sql: "SELECT EXISTS (SELECT 1 FROM alarm WHERE code = 'identity' AND subject = 'register')")
                }
                if stands == true { try archive.write { try $0.clearAlarm("identity", subject: "register") } }
            }
        } catch {
            log.error("identity exchange failed", metadata: ["error": "\(error)"])
            try? await workers.run { [archive] in
                try archive.write { try $0.raiseAlarm("identity", subject: "register", "公安身份核验暂时不可用，学生保留临时学籍号，系统会自动重试。") }
            }
        }
    }

    /// Returns how many answers took effect.
    private func exchange() async throws -> Int {
        switch adapter {
        case .localRules: return 0
        case .batchFiles(let folder):
            return try await workers.run { [archive] in try IdentityExchange.exchange(folder: folder, archive: archive).taken }
        case .service(let url): return try await ask(url)
        }
    }

    private func ask(_ url: String) async throws -> Int {
        let questions = try await workers.run { [archive] in
            try archive.read { try IdentityExchange.due($0, now: archive.surroundings.now()) }
        }
        guard !questions.isEmpty else { return 0 }
        let body = try JSONBody.encode(["queries": questions])
        let answer = try await sender.send(OutgoingRequest(
            .post, url, headers: [("Content-Type", "application/json")], body: .bytes(body)))
        guard answer.status == 200 else {
            throw LinkFailure(.network, message: "核验服务应答 \(answer.status)。", remedy: "稍后自动重试。", cause: "HTTP \(answer.status)")
        }
        struct Answers: Decodable { let answers: [IdentityExchange.Answer] }
        let answers: Answers = try JSONBody.decode(answer.body)
        return try await workers.run { [archive] in
            try archive.write { transaction in
                try IdentityExchange.noteAsked(questions, batch: "http", in: transaction)
                return try IdentityExchange.take(answers.answers, in: transaction)
            }
        }
    }
}
