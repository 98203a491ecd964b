@testable import Rules
import Testing

struct SuspicionComparisonTests {
    private func pattern(_ one: SuspicionSubject, _ other: SuspicionSubject) -> SuspicionPattern {
        let register = SuspicionRegister([one, other] + SuspicionPeople.strangers(40))
        let there = SuspicionComparison(register.records[0], register.records[1], in: register)
        let back = SuspicionComparison(register.records[1], register.records[0], in: register)
        #expect(there.pattern == back.pattern && there.strangers == back.strangers)
        return there.pattern
    }

    private let child = SuspicionSubject(
        keys: KeyFields(name: "李佳慧", sex: "2", birthDate: "20160312", idType: "1", idNumber: "350425201603122868"),
        guardianNames: ["余涵怡", "李强"], guardianNumbers: ["231121199209038782", ""], phones: ["13787654321"],
        address: "350425人民路247号9栋2001室", birthplace: "350425000000", hukouDivision: "350425000000", nativePlace: "350401000000",
        school: "3350425001", entryMonth: "202209")

    @Test func `numbers: a slip, a slip in the sequence, the old form, far, missing, another document`() {
        let cases: [(String, String, NumberLikeness)] = [
            ("1", "350452201603122868", .near), ("1", "350425201603122067", .sequence), ("1", "350425160312286", .near),
            ("1", "110101201603121234", .far), ("Z", "", .oneWithout), ("A", "E1234567", .oneWithout),
        ]
        for (type, number, expected) in cases {
            var other = child
            other.keys = KeyFields(name: "李佳慧", sex: "2", birthDate: "20160312", idType: type, idNumber: number)
            #expect(pattern(child, other)[.number] == expected.rawValue, "\(number)")
        }
        var one = child, other = child
        one.keys = KeyFields(name: "李佳慧", sex: "2", birthDate: "20160312", idType: "A", idNumber: "E1234567")
        other.keys = KeyFields(name: "李佳惠", sex: "2", birthDate: "20160312", idType: "6", idNumber: "e1234567")
        #expect(pattern(one, other)[.number] == NumberLikeness.sameDocument.rawValue)
        other.keys = KeyFields(name: "李佳惠", sex: "2", birthDate: "20160312", idType: "Z", idNumber: "")
        #expect(pattern(one, other)[.number] == NumberLikeness.bothWithout.rawValue)
    }

    @Test func `guardians are compared crosswise, by number and else by name`() {
        let cases: [([String], [String], GuardianLikeness)] = [
            (["李强", "余涵怡"], ["", "231121199209038782"], .sameNumber), (["余涵怡"], ["231121199209038728"], .nearNumber),
            (["余涵怡"], [""], .sameName), (["余涵怡"], ["110101198001011234"], .sameNameOtherNumber), (["王芳"], [""], .different),
            ([""], [""], .unknown),
        ]
        for (names, numbers, expected) in cases {
            var other = child
            (other.guardianNames, other.guardianNumbers) = (names, numbers)
            #expect(pattern(child, other)[.guardian] == expected.rawValue, "\(names) \(numbers)")
        }
    }

    @Test func `telephone, address, places, entry and school have their levels`() {
        var other = child
        other.phones = ["13787654312"]
        other.address = "350425人民路 247号9幢2001"
        other.hukouDivision = "110101"
        other.nativePlace = "350402"
        other.entryMonth = "202309"
        other.school = "3350425002"
        let changed = pattern(child, other)
        #expect(changed[.phone] == PhoneLikeness.near.rawValue && changed[.address] == AddressLikeness.near.rawValue)
        #expect(changed[.origin] == PlaceLikeness.half.rawValue && changed[.nativePlace] == PlaceLikeness.province.rawValue)
        #expect(changed[.entryMonth] == EntryLikeness.neighbouring.rawValue && changed[.school] == SchoolLikeness.county.rawValue)
        let same = pattern(child, child)
        #expect(same[.phone] == PhoneLikeness.equal.rawValue && same[.address] == AddressLikeness.equal.rawValue)
        #expect(same[.origin] == PlaceLikeness.equal.rawValue && same[.school] == SchoolLikeness.same.rawValue)
        let blank = pattern(child, SuspicionSubject(keys: child.keys))
        for field in SuspicionField.allCases where ![.name, .birthDate, .sex, .number].contains(field) { #expect(blank[field] == 0) }
    }
}
