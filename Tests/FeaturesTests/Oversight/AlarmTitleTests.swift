@testable import Features
import Foundation
import Testing

@Suite struct AlarmTitleTests {
    @Test func `whatever raises an alarm has a title for people`() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../Sources").standardizedFileURL
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        let codes = try Set(files.filter { $0.pathExtension == "swift" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: #/(?:raiseAlarm\(\s*|static let (?:alarm|[a-z]+Alarm) = )"([a-zA-Z.]+)"/#).map { String($0.output.1) }
        })
        #expect(codes.count > 20, "the search finds them")
        for code in codes { #expect(AlarmTitle.of(code) != "需要处理", "\(code)") }
    }

    @Test func `all that ail a line have one title, and one that nobody knows has a general one`() {
        #expect(AlarmTitle.of("link.tls") == AlarmTitle.of("link.portal"))
        #expect(AlarmTitle.of("of-tomorrow") == "需要处理")
    }
}
