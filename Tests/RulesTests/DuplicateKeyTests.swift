import Rules
import Testing

@Suite struct DuplicateKeyTests {
    @Test func `A pupil with a resident ID stands under number and under name, sex and birth date`() {
        #expect(DuplicatePeople.zhangWei.keys.map(\.text) == ["id:110102201611054337", "nsd:张伟|1|20161105"])
    }

    @Test func `A pupil with another document stands under name, sex and birth date alone, whatever its number`() {
        #expect(DuplicatePeople.zhangWeiOnPassport.keys.map(\.text) == ["nsd:张伟|1|20161105"])
        #expect(DuplicatePeople.typeOneWithoutNumber.keys.map(\.comparison) == [.nameSexBirth])
    }

    @Test func `A missing name, sex or birth date makes no key`() {
        let nameless = KeyFields(name: " ", sex: "1", birthDate: "20161105", idType: "Z", idNumber: "")
        #expect(nameless.keys.isEmpty)
    }

    @Test func `Spelling differences give the same fields and the same canonical text`() {
        #expect(DuplicatePeople.zhangWei == DuplicatePeople.zhangWeiAtAnotherSchool)
        #expect(DuplicatePeople.zhangWeiAtAnotherSchool.canonicalText
            == "xueji-key-fields-1\n张伟\n1\n20161105\n1\n110102201611054337\n")
    }

    @Test func `A record's key fields are taken from its five values`() {
        let record = StudentRecord([
            .name: "张伟", .sex: "1", .birthDate: "20161105", .idType: "1", .idNumber: "110102201611054337",
            .phone: "16900000000",
        ])
        #expect(KeyFields(record) == DuplicatePeople.zhangWei)
    }

    @Test func `A canonical key text is read back, other texts are refused`() {
        for key in DuplicatePeople.zhangWei.keys { #expect(DuplicateKey(text: key.text) == key) }
        for text in ["", "id:", "nsd", "number:1"] { #expect(DuplicateKey(text: text) == nil) }
    }

    @Test func `Suspicions are no problems and every kind has a name of its own`() {
        #expect(DuplicateKind.allCases.filter(\.isProblem) == [.idDuplicate, .nsdDuplicate, .idInvalid])
        #expect(Set(DuplicateKind.allCases.map(\.chineseName)).count == DuplicateKind.allCases.count)
        #expect(DuplicateKind.idInvalid.chineseName == "身份证号错误")
    }
}
