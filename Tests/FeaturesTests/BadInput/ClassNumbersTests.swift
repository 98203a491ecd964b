import Features
import Rules
import Testing

/// Class numbers (Q15, Q16, Q51, M-CLS): the system gives them; what contradicts them is refused.
@Suite struct ClassNumbersTests {
    private typealias C = SmallCountry

    @Test func aRowWithoutAClassOrWithAMalformedOneFails() throws {
        let country = try C()
        _ = try country.newClass()
        let report = try country.refusedImport([
            C.row(1, "2022101", [.classCode: ""]), C.row(2, "2022101", [.classCode: "202211"]), C.row(3, "2022101", [.classCode: "2022901"]),
        ])
        #expect(report.errors.map(\.rule) == ["Q15-required-classCode", "Q15-class-code", "Q15-stage-digit"])
        #expect(report.errors.map(\.cell) == ["P2", "P3", "P4"])
    }

    @Test func aClassThatDoesNotExistIsToldInTheFAQsWords() throws {
        let country = try C()
        _ = try country.newClass()
        let report = try country.refusedImport([C.row(1, "2022109")])
        #expect(report.errors.first?.message.contains("本校不存在该班号") == true)
        #expect(try country.refusal("classes.close", as: C.tianheFirst, ["code": "2022109"]).message == "本校不存在该班号")
    }

    @Test func aClassThatHasPupilsStays() throws {
        let country = try C()
        let code = try country.newClass()
        _ = try country.importRows([C.row(1, code), C.row(2, code)])
        let refused = try country.refusal("classes.close", as: C.tianheFirst, ["code": code])
        #expect(refused.message.contains("还有 2 名学生"))
    }

    @Test func onlyASchoolMakesClasses() throws {
        let country = try C()
        let refused = try country.refusal("classes.add", as: C.tianhe, body: #"{"stage":"primary","year":2022,"count":1}"#)
        #expect(refused.message.contains("只有学校"))
    }

    @Test(arguments: [
        #"{"stage":"kindergarten","year":2022,"count":1}"#, #"{"stage":"primary","year":1999,"count":1}"#,
        #"{"stage":"primary","year":2022,"count":0}"#, #"{"stage":"primary","year":2022,"count":100}"#,
        #"{"stage":"primary","year":2022,"count":1,"campus":-1}"#, #"{"stage":"primary","year":2022}"#, "not json",
    ])
    func aSenselessWishMakesNoClass(body: String) throws {
        _ = try C().refusal("classes.add", as: C.tianheFirst, body: body)
    }

    @Test(arguments: ["0:1-20;1:20-40", "0:0-20", "0:1-100", "0:20-1", "0:1-20;0:21-40", "main:1-20", "0:1-20,1:21-40"])
    func rangesThatOverlapOrLeaveTheNumbersAreNotSet(ranges: String) throws {
        let refused = try C().refusal(
            "policy.set", as: C.tianheFirst, ["key": "class.ranges"], body: "{\"value\":\"\(ranges)\"}")
        #expect(refused.message.contains("校区班号范围"))
    }

    @Test func aCampusGetsNoClassBeyondItsRange() throws {
        let country = try C()
        try country.set("class.ranges", "0:1-2;1:3-9", as: C.tianheFirst)
        #expect(try country.newClass(more: #","campus":1"#) == "2022103")
        let full = try country.refusal("classes.add", as: C.tianheFirst, body: #"{"stage":"primary","year":2022,"count":3}"#)
        #expect(full.message.contains("主校区") && full.question == "Q16")
        let unknown = try country.refusal("classes.add", as: C.tianheFirst, body: #"{"stage":"primary","year":2022,"count":1,"campus":2}"#)
        #expect(unknown.message.contains("没有预留班序号段"))
    }

    @Test func rangesThatLeaveAnExistingClassOutsideAreNotSet() throws {
        let country = try C()
        _ = try country.newClass()
        #expect(try country.newClass(more: #","campus":1"#) == "2022102")
        let refused = try country.refusal("policy.set", as: C.tianheFirst, ["key": "class.ranges"], body: #"{"value":"0:1-20;1:21-40"}"#)
        #expect(refused.message.contains("2022102") && refused.question == "Q16")
        try country.set("class.ranges", "0:1-1;1:2-40", as: C.tianheFirst)
        #expect(try country.newClass(more: #","campus":1"#) == "2022103")
    }
}
