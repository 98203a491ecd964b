import Rules

/// A few made-up families for the tests of the search; the same on every run.
enum SuspicionPeople {
    static let rows = 240

    private static let surnames = Array("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
    private static let given = Array("伟强磊军洋勇杰涛明超刚平辉鹏浩轩博文天俊嘉铭泽睿航恒翔志远源景瑞皓芳娜敏静丽艳娟霞秀玲桂英")

    /// Ordinary pupils, each with a family of its own.
    static func strangers(_ count: Int = rows) -> [SuspicionSubject] {
        (0..<count).map { index in
            let surname = surnames[index % 20], first = given[index * 7 % given.count], second = given[(index * 11 + index / 20) % given.count]
            let birth = String(20_120_101 + index % 3 * 10_000 + index % 12 * 100 + index * 5 % 28)
            let county = String(110_101 + index % 40 * 10_000)
            return subject(
                "\(surname)\(first)\(second)", index % 2 == 0 ? "1" : "2", birth, id: number(county, birth, 100 + index * 2 % 800 + index % 2),
                guardian: "\(surname)\(given[index * 13 % given.count])", guardianNumber: "\(county)1980\(1001 + index % 200)\(1000 + index)",
                phone: "139\(10_000_000 + index * 37_813)", address: "\(county)人民路\(index + 1)号\(index % 30 + 1)栋\(index % 9 + 1)01室", county: county)
        }
    }

    static func subject(
        _ name: String, _ sex: String, _ birth: String, id: String = "", guardian: String = "", guardianNumber: String = "", phone: String = "",
        address: String = "", county: String = ""
    ) -> SuspicionSubject {
        SuspicionSubject(
            keys: KeyFields(name: name, sex: sex, birthDate: birth, idType: id.isEmpty ? "Z" : "1", idNumber: id),
            guardianNames: [guardian], guardianNumbers: [guardianNumber], phones: [phone], address: address, birthplace: county,
            hukouDivision: county, nativePlace: county, school: county.isEmpty ? "" : "3\(county)001", entryMonth: birth.isEmpty ? "" : "202009")
    }

    static func number(_ county: String, _ birth: String, _ sequence: Int) -> String {
        let digits = county + birth + String(1000 + sequence).dropFirst()
        return digits + (ResidentIDNumber.checkDigit(for17: digits).map(String.init) ?? "")
    }

    /// The record as another school enters it, without a number.
    static func double(_ subject: SuspicionSubject, name: String? = nil, sex: String? = nil, birth: String? = nil, id: String = "") -> SuspicionSubject {
        var double = subject
        double.keys = KeyFields(
            name: name ?? subject.keys.name, sex: sex ?? subject.keys.sex, birthDate: birth ?? subject.keys.birthDate,
            idType: id.isEmpty ? "Z" : "1", idNumber: id)
        double.school = "3440106001"
        double.phones = ["18812345670"]
        return double
    }

    /// A sister or brother of one day, at the same school.
    static func twin(_ subject: SuspicionSubject, name: String, id: String) -> SuspicionSubject {
        var twin = subject
        twin.keys = KeyFields(name: name, sex: subject.keys.sex, birthDate: subject.keys.birthDate, idType: id.isEmpty ? "Z" : "1", idNumber: id)
        return twin
    }

    /// Seeded orders.
    struct Shuffle {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func order(_ count: Int) -> [Int] {
            var order = Array(0..<count)
            for index in order.indices.dropFirst().reversed() {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                order.swapAt(index, Int(state >> 33) % (index + 1))
            }
            return order
        }
    }
}
