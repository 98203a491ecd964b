@testable import Features
import Testing

struct ChinaTimeTests {
    @Test(arguments: [
        ("1970-01-01T08:00:00+08:00", 0), ("2026-09-01", 1_788_192_000), ("2026-08-31T16:00:00Z", 1_788_192_000),
        ("2026-09-01T00:00:00.250+08:00", 1_788_192_000), ("2024-02-29T23:59:59-01:30", 1_709_256_599),
    ] as [(String, Int64)])
    func `dates and instants are read`(text: String, seconds: Int64) { #expect(ChinaTime.seconds(text) == seconds) }

    @Test(arguments: ["", "2026-02-29", "2026-9-1", "2026-09-01T25:00:00Z", "2026-09-01T08:00:00", "2026-09-01T08:00:00+8:00", "昨天"])
    func `other texts are not`(text: String) { #expect(ChinaTime.seconds(text) == nil) }

    @Test func `what is written is read again`() {
        for seconds: Int64 in [0, 951_782_400, 1_790_000_001, 4_102_444_799] { #expect(ChinaTime.seconds(ChinaTime.text(seconds)) == seconds) }
    }
}
