import Testing
@testable import Sheets

@Suite struct SerialDateTests {
    @Test("days are counted as Excel counts them, its leap day included", arguments: [
        (1.0, "19000101"), (59, "19000228"), (60, "19000229"), (61, "19000301"), (41_153, "20120901"), (41_153.99, "20120901"),
        (2_958_465, "99991231"),
    ])
    func from1900(_ serial: Double, _ day: String) { #expect(SerialDate.text(serial, .from1900) == day) }

    @Test("days of the 1904 system", arguments: [(1.0, "19040102"), (39_691.0, "20120901"), (2_957_003, "99991231")])
    func from1904(_ serial: Double, _ day: String) { #expect(SerialDate.text(serial, .from1904) == day) }

    @Test("times of day and days beyond the calendar are none", arguments: [0, 0.5, -1, 2_958_466, 20_120_901, Double.infinity, -Double.infinity, -1e300, Double.nan])
    func none(_ serial: Double) {
        #expect(SerialDate.text(serial, .from1900) == nil)
        #expect(SerialDate.text(serial, .from1904) == nil)
    }
}
