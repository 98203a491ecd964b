import Testing
@testable import Rules

@Suite("Resident ID numbers")
struct ResidentIDNumberTests {
    private let today = CalendarDate(secondsSince1970: 1_788_220_800) // 2026-09-01
    private let divisions = BuiltInDivisions()

    private func judge(_ number: String) -> ResidentIDVerdict {
        ResidentIDNumber.judge(number, on: today, divisions: divisions)
    }

    @Test("a right number is told by its region", arguments: [
        (ResidentIDVectors.ok, ResidentIDVerdict.ok),
        (ResidentIDVectors.historicalRegion, .historicalRegion),
        (ResidentIDVectors.hongKongMacauTaiwan, .hongKongMacauTaiwan),
        (ResidentIDVectors.foreignResident, .foreignResident),
        (ResidentIDVectors.regionUnknown, .regionUnknown),
        (ResidentIDVectors.regionLevel, .regionLevel),
        (ResidentIDVectors.lowercaseX, .lowercaseX),
    ])
    func right(vectors: [(number: String, detail: String)], verdict: ResidentIDVerdict) {
        #expect(vectors.isEmpty == false)
        for vector in vectors {
            #expect(judge(vector.number) == verdict, "\(vector.number)")
            #expect(ResidentIDNumber.sex(of: vector.number) == vector.detail, "\(vector.number)")
            #expect(ResidentIDNumber.isWellFormed(vector.number) == (verdict != .lowercaseX), "\(vector.number)")
        }
    }

    @Test("a wrong check digit is named together with the right one")
    func checkDigits() throws {
        for (number, expected) in ResidentIDVectors.badCheckDigit {
            #expect(judge(number) == .badCheckDigit(expected: try #require(expected.first)))
            #expect(ResidentIDNumber.checkDigit(for17: String(number.prefix(17))) == expected.first)
            #expect(ResidentIDNumber.isWellFormed(number) == false)
        }
    }

    @Test("length, characters and dates are named before the check digit", arguments: [
        (ResidentIDVectors.badLength, ResidentIDVerdict.badLength),
        (ResidentIDVectors.badCharacters, .badCharacters),
        (ResidentIDVectors.badDate, .badDate),
        (ResidentIDVectors.futureDate, .futureDate),
    ])
    func wrong(numbers: [String], verdict: ResidentIDVerdict) {
        #expect(numbers.isEmpty == false)
        for number in numbers {
            #expect(judge(number) == verdict, "\(number)")
            #expect(judge(number).isValid == false)
            if verdict != .futureDate { #expect(ResidentIDNumber.isWellFormed(number) == false, "\(number)") }
        }
    }

    @Test("an old number of fifteen digits comes with its new form, and is not a valid one")
    func oldNumbers() {
        for (number, upgraded) in ResidentIDVectors.old15 {
            #expect(judge(number) == .old15(upgraded: upgraded))
            #expect(judge(upgraded).isValid)
            #expect(ResidentIDNumber.isWellFormed(number) == false)
        }
        #expect(judge("110105491331002") == .badDate)
        #expect(judge("11010549123100X") == .badCharacters)
    }

    @Test("the audit looks at length, characters, date and check digit alone")
    func audit() {
        #expect(ResidentIDNumber.isWellFormed("110105209901011234"), "the future is nothing to the audit")
        #expect(ResidentIDNumber.isWellFormed("00000020100101123X"), "nor is the region")
        #expect(ResidentIDNumber.isWellFormed("11010519491231002x") == false)
        #expect(ResidentIDNumber.isWellFormed("110105190002291230") == false, "1900 was no leap year")
    }

    @Test("sex and birth date are read from the number, and from nothing else")
    func parts() {
        #expect(ResidentIDNumber.birthDate(of: "11010519491231002X")?.compact == "19491231")
        #expect(ResidentIDNumber.birthDate(of: "110105194913310021") == nil)
        #expect(ResidentIDNumber.birthDate(of: "护照E1234567") == nil)
        #expect(ResidentIDNumber.sex(of: "") == nil)
        #expect(ResidentIDNumber.checkDigit(for17: "3405241980010100") == nil)
    }

    @Test("normalising takes away what a keyboard or a workbook put in", arguments: [
        (" 320102201210127899\n", "320102201210127899"),
        ("320102 20121012 7899", "320102201210127899"),
        ("３２０１０２２０１２１０１２７８９９", "320102201210127899"),
        ("11010519491231002x", "11010519491231002X"),
        ("11010519491231002ｘ", "11010519491231002X"),
        ("\u{FEFF}11010519491231002X\u{200B}", "11010519491231002X"),
        ("e1234567", "E1234567"),
        ("32010220121012789Х", "32010220121012789Х"),
        ("　", ""),
    ])
    func normalising(raw: String, clean: String) {
        #expect(ResidentIDNumber.normalised(raw) == clean)
        #expect(ResidentIDNumber.normalised(clean) == clean)
    }

    @Test("a number born today is not of the future, tomorrow's is")
    func bornToday() throws {
        for (day, isFuture) in [("20260901", false), ("20260902", true)] {
            let seventeen = "110105" + day + "001"
            let check = try #require(ResidentIDNumber.checkDigit(for17: seventeen))
            #expect((judge(seventeen + String(check)) == .futureDate) == isFuture)
        }
    }

    @Test("the people of a city without counties have the city's own code")
    func citiesWithoutCounties() throws {
        let seventeen = "44190020120101001"
        let check = try #require(ResidentIDNumber.checkDigit(for17: seventeen))
        #expect(judge(seventeen + String(check)) == .ok)
    }
}
