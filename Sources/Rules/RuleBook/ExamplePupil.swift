/// A complete, valid pupil (no real person): what every example of the rule book is a change of.
///
/// 张伟 entered the first grade of a public twelve-year school in 长沙市岳麓区 in September 2015, so that examples of every
/// stage need only another class.
public enum ExamplePupil {
    public static let schoolCode = "3443010025"

    public static let school = SchoolFacts(
        code: schoolCode, name: "长沙市岳麓区示例学校", kind: "345", stages: [.primary, .junior, .senior],
        years: [.primary: 6, .junior: 3, .senior: 3], isPrivate: false, urbanRural: "111", division: "430104"
    )

    /// The pupil under a senior class: the cells to change.
    public static let senior: [StudentField: String] = [
        .birthDate: "20000512", .idNumber: "430104200005120077", .classCode: "2015301", .entryWay: "统一招生考试/普通入学",
    ]

    /// As typed, the template's columns and the statements recorded beside the workbook.
    public static let cells: [StudentField: RawCell] = texts.mapValues { RawCell($0) }

    public static let row = RawRow(cells)

    /// Facts under which the pupil passes every rule, whatever divisions are looked up in.
    public static func facts(divisions: any DivisionLookup) -> Facts {
        Facts(
            today: today, school: school,
            classes: ["2015101": ClassFacts(), "2015102": ClassFacts(), "2015201": ClassFacts(), "2015301": ClassFacts()],
            divisions: divisions
        )
    }

    /// 10 March 2016, in the pupil's first school year.
    private static let today = CalendarDate(daysSince1970: 16_870)

    private static let texts: [StudentField: String] = [
        .schoolCode: schoolCode, .name: "张伟", .sex: "男", .birthDate: "20090512",
        .birthplace: "430104000000", .nativePlace: "湖南省湘潭县", .ethnicity: "汉族", .nationality: "中国",
        .idType: "居民身份证", .overseasKind: "否", .health: "健康或良好", .politicalStatus: "群众",
        .idNumber: "430104200905120072", .hukouType: "非农业户口", .hukouDivision: "430104000000",
        .classCode: "2015101", .entryMonth: "201509", .entryWay: "就近入学", .studyWay: "走读",
        .currentAddress: "湖南省长沙市岳麓区麓山路36号2栋301室", .mailingAddress: "湖南省长沙市岳麓区麓山路36号2栋301室",
        .homeAddress: "湖南省长沙市岳麓区麓山路36号2栋301室", .phone: "13800000001", .postcode: "410006",
        .onlyChild: "是", .preschool: "是", .leftBehind: "非留守儿童", .needsAid: "否", .boardingSubsidy: "否",
        .orphan: "否", .martyrChild: "否", .distance: "2.0", .transport: "步行", .schoolBus: "否",
        .governmentPlace: "否", .disability: "无残疾", .inclusiveEducation: "非随班就读",
        .guardian1Name: "张建国", .guardian1Relation: "父亲", .guardian1Address: "湖南省长沙市岳麓区麓山路36号2栋301室",
        .guardian1Division: "430104000000", .guardian1Phone: "13800000001", .guardian1IsGuardian: "是",
        .guardian1IDType: "居民身份证", .guardian1IDNumber: "430104198003120073",
        .guardian2Name: "李秀英", .guardian2Relation: "母亲", .guardian2Address: "湖南省长沙市岳麓区麓山路36号2栋301室",
        .guardian2Division: "430104000000", .guardian2Phone: "13800000002", .guardian2IsGuardian: "是",
        .guardian2IDType: "居民身份证", .guardian2IDNumber: "430104198107230066",
        .migrantChild: "否", .guardianConfirmation: "家长签字确认表|20150905|学校档案室",
    ]
}
