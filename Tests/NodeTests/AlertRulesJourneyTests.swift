import FoundationEssentials
@testable import Node
import Protocol
import Rules
import Store
import Synchronization
import Testing

/// The sample alerts speak of figures that nodes really show.
struct AlertRulesJourneyTests {
    private static let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path + "/deploy/prometheus-rules.yml"

    /// Names of figures in a text: words that begin with `xueji_`.
    private static func names(_ text: String) -> Set<String> {
        let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }
        return Set(words.filter { $0.hasPrefix("xueji_") }.map(String.init))
    }

    /// Names at the beginning of samples.
    private static func shown(_ metrics: String) -> Set<String> {
        Set(metrics.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            line.split { $0 == "{" || $0 == " " }.first.map(String.init)
        })
    }

    @Test func `every figure of the alert rules is shown by a parent with a child, or by a child whose parent is away`() async throws {
        let (centre, code) = try Fixture.invitingCentre("alerts-centre", seed: 1900)
        let province = try Fixture.folder("alerts-province")
        defer { for folder in [centre, province] { Fixture.remove(folder) } }
        let seen = Mutex<Set<String>>([])
        try await ServedNode.serve(centre, seed: 1901) { top in
            _ = try await Joining(
                parent: top.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 1902)).join()
            #expect(await top.verb("backup") == 0)
            let metrics = try await top.ask(.get, "/metrics")
            #expect(metrics.status == 200)
            seen.withLock { $0.formUnion(Self.shown(metrics.text)) }
        }
        let archive = try Fixture.archive(province, seed: 1903)
        try archive.write { try $0.raiseAlarm("fork", subject: "440000", "试") }
        try archive.close()
        try await ServedNode.serve(province, seed: 1904) { below in
            try await Fixture.eventually {
                let metrics = try await below.ask(.get, "/metrics").text
                seen.withLock { $0.formUnion(Self.shown(metrics)) }
                return metrics.contains("xueji_parent_failing{")
            }
        }
        let asked = Self.names(String(decoding: try FileBytes.read(Self.file), as: UTF8.self))
        #expect(asked.count >= 12)
        #expect(asked.subtracting(seen.withLock { $0 }).sorted() == [])
    }
}
