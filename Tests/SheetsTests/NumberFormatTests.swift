import Testing
@testable import Sheets

@Suite struct NumberFormatTests {
    @Test("formats with a year, a day or a month show days", arguments: [
        "yyyy/m/d", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy\\-mm\\-dd;@", "m\"月\"", "d-mmm-yy", "yyyy-mm-dd hh:mm:ss", "[$-411]ge.m.d",
        "[DBNum1][$-804]yyyy\"年\"m\"月\";@", "mmm", "YYYYMMDD", "e\"年\"m\"月\"",
    ])
    func dates(_ code: String) { #expect(NumberFormat.isDate(code: code)) }

    @Test("numbers, times, texts and quoted letters do not", arguments: [
        "General", "0", "@", "0.00E+00", "#,##0.00;[Red]-#,##0.00", "h:mm:ss", "[h]:mm", "mm:ss.0", "0\"day\"", "\\d0", "_(* #,##0_)", "0;\"yyyy\"",
        "00000000000000000\\d", "",
    ])
    func others(_ code: String) { #expect(!NumberFormat.isDate(code: code)) }

    @Test("built-in formats of days, also the Chinese edition's")
    func builtIn() {
        #expect([14, 15, 16, 17, 22, 27, 31, 36, 50, 57, 58].allSatisfy(NumberFormat.isDate(builtIn:)))
        #expect([0, 1, 9, 11, 13, 18, 21, 23, 37, 45, 47, 48, 49, 59, 164].allSatisfy { !NumberFormat.isDate(builtIn: $0) })
    }
}
