import Rules

/// People of the duplicate tests. All numbers are made up; their check digits are right unless the name says otherwise.
enum DuplicatePeople {
    static let zhangWei = KeyFields(
        name: "张伟", sex: "1", birthDate: "20161105", idType: "1", idNumber: "110102201611054337")
    static let zhangWeiAtAnotherSchool = KeyFields(
        name: "张 伟", sex: "1", birthDate: "20161105", idType: "1", idNumber: "１１０１０２２０１６１１０５４３３７")
    static let zhangWeiWithoutID = KeyFields(
        name: "张\u{3000}伟", sex: "1", birthDate: "20161105", idType: "Z", idNumber: "")
    static let zhangWeiOnPassport = KeyFields(
        name: "张伟", sex: "1", birthDate: "20161105", idType: "A", idNumber: "G12345678")
    /// Another child who happens to share name, sex and birth date; has an own number.
    static let anotherZhangWei = KeyFields(
        name: "张伟", sex: "1", birthDate: "20161105", idType: "1", idNumber: "440106201611050012")
    static let twinSisters = [
        KeyFields(name: "赖梓子", sex: "2", birthDate: "20091215", idType: "1", idNumber: "110101200912152909"),
        KeyFields(name: "赖梓妍", sex: "2", birthDate: "20091215", idType: "1", idNumber: "110101200912152925"),
    ]
    static let wrongCheckDigit = KeyFields(
        name: "李娜", sex: "2", birthDate: "20091215", idType: "1", idNumber: "110101200912152900")
    static let typeOneWithoutNumber = KeyFields(
        name: "王芳", sex: "2", birthDate: "20100101", idType: "1", idNumber: " \u{3000}")
}
