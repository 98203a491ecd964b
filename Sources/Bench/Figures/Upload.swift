import Foundation
import Glibc
import Protocol
import Rules

/// Files that people attach: bodies of 240 KB over plain HTTP on loopback, eight kept connections, each from an address of its own.
///
/// Ours is a school's node: it asks who it is, writes the file as it comes, looks at its type, hashes it, puts it on the shelf by its hash (file
/// and folder synced), and states it in the school's signed stream, with a line in the trail, before it answers. The reference is nginx's PUT, which writes a
/// file, renames it, and syncs nothing; a second figure holds ours against the same with file and folder synced by the client before it counts.
/// Every body is looked for afterwards by the SHA-256 of what was sent.
struct Upload: Benchmark {
    let name = "upload"
    let about = "upload handler with files of 240 KB, against nginx's PUT"
    let rows = 1_000

    private static let connections = 8
    /// Below the limit of files in one dossier.
    private static let perDossier = 40

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        let turns = 2 * (place.runs + 1)
        let taker = try UploadTaker(dossiers: turns * rows / Self.perDossier + 1, seed: place.seed, at: place)
        defer { taker.school.stop() }
        var turn = 0
        func own() throws -> Trial {
            defer { turn += 1 }
            return try taker.take(turn * rows..<(turn + 1) * rows, perDossier: Self.perDossier, connections: Self.connections, at: place)
        }
        var figures: [Figure] = []
        for isSynced in [false, true] {
            let reference: Contest.Side? = place.references?.path(of: "upload_nginx") == nil ? nil : {
                try UploadReference(isSynced: isSynced, seed: place.seed).take(rows, connections: Self.connections, at: place)
            }
            let contest = try await Contest.run(place.runs, own: { try own() }, reference: reference)
            figures.append(contest.rate(
                isSynced ? "\(name)-synced" : name, "Files of 240 KB a second, \(Self.connections) connections", unit: "files/s",
                goal: isSynced ? nil : .ratioAtLeast(0.5),
                referenceName: isSynced ? "nginx PUT, file and folder synced" : "nginx PUT, which syncs nothing", expected: "\(rows)"))
        }
        return figures
    }
}

/// A school's node with dossiers to attach to, its parent away.
private struct UploadTaker {
    let school: ServedNode
    private let token: String
    private let dossiers: [DossierID]
    private let bodies: UploadBodies

    init(dossiers count: Int, seed: UInt64, at place: Workplace) throws {
        let pair = try ServedPair(at: place)
        pair.centre.stop()
        school = pair.school
        let steps = GateSteps(try BenchPupils(count, seed: seed), place)
        try steps.fill(school.folder, at: place)
        dossiers = steps.dossiers
        bodies = UploadBodies(seed: seed)
        try school.start()
        token = try school.signIn()
    }

    func take(_ numbers: Range<Int>, perDossier: Int, connections: Int, at place: Workplace) throws -> Trial {
        let (port, token, dossiers, bodies) = (school.port, token, dossiers, bodies)
        let before = try stated()
        let cpu = school.pid.map { ProcessFigures(pid: $0).cpuSeconds } ?? 0
        let (seconds, _) = try place.timed {
            try Crew.run(connections) { number in
                let line = try KeptLine(.port(port, from: UInt8(number + 2)))
                for upload in numbers where upload % connections == number {
                    let answer = try line.ask(
                        "POST", "/api/v1/students/\(dossiers[upload / perDossier])/attachments",
                        headers: [("Authorization", "Bearer \(token)"), ("Xueji-File-Name", "\(upload).jpg")], body: bodies.body(upload))
                    guard answer.status == 200 else {
                        throw BenchFailure("upload \(upload): status \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
                    }
                }
            }
        }
        let used = (school.pid.map { ProcessFigures(pid: $0).cpuSeconds } ?? 0) - cpu
        let kept = numbers.count { number in
            let hash = bodies.digest(number)
            return Self.digest(of: "\(school.folder)/blobs/\(hash.description.prefix(2))/\(hash)") == hash
        }
        let isStated = try stated() - before == numbers.count
        return Trial(seconds: seconds, rows: numbers.count, check: isStated ? "\(kept)" : "not all are stated", cpuSeconds: used)
    }

    /// Attachments that the node has a statement and a file of.
    private func stated() throws -> Int { try school.number("SELECT count(*) FROM attachment JOIN blob USING (hash)") }

    static func digest(of path: String) -> Digest? { FileManager.default.contents(atPath: path).map { Hashing.sha256(Array($0)) } }
}

/// nginx in a new folder, started and ended around one run.
private struct UploadReference {
    let isSynced: Bool
    private let bodies: UploadBodies

    init(isSynced: Bool, seed: UInt64) {
        self.isSynced = isSynced
        bodies = UploadBodies(seed: seed)
    }

    func take(_ count: Int, connections: Int, at place: Workplace) throws -> Trial {
        guard let path = place.references?.path(of: "upload_nginx") else { throw BenchFailure("no references") }
        let folder = try place.fresh("nginx")
        let port = try KeptLine.freePort()
        let server = try RunningProgram(path, [folder, String(port)])
        defer {
            server.stop()
            try? FileManager.default.removeItem(atPath: folder)
        }
        var patience = 250
        while (try? KeptLine(.port(port))) == nil {
            patience -= 1
            guard patience > 0 else { throw BenchFailure("nginx does not listen") }
            usleep(20_000)
        }
        let (bodies, isSynced, store) = (bodies, isSynced, folder + "/store")
        let workers = ProcessFigures.children(of: server.pid)
        let (seconds, _) = try place.timed {
            try Crew.run(connections) { number in
                let line = try KeptLine(.port(port, from: UInt8(number + 2)))
                for upload in 0..<count where upload % connections == number {
                    let answer = try line.ask("PUT", "/\(upload)", body: bodies.body(upload))
                    guard answer.status == 201 else { throw BenchFailure("nginx: status \(answer.status)") }
                    if isSynced { for path in ["\(store)/\(upload)", store] { try Self.sync(path) } }
                }
            }
        }
        let used = workers.map { ProcessFigures(pid: $0).cpuSeconds }.reduce(0, +)
        let kept = (0..<count).count { UploadTaker.digest(of: "\(store)/\($0)") == bodies.digest($0) }
        return Trial(seconds: seconds, rows: count, check: "\(kept)", cpuSeconds: used)
    }

    private static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw BenchFailure("no fsync: errno \(errno)") }
    }
}
