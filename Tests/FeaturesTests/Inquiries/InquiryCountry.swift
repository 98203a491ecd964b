@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Schools of two provinces on the centre's node; one pupil of each has a number.
struct InquiryCountry {
    typealias C = SmallCountry

    let country: SmallCountry
    var node: TestNode { country.node }
    /// In 岳麓第一小学 of the other province.
    let far: (name: String, number: String, idNumber: String)
    /// In 海珠第一小学 of the same city.
    let near: (name: String, number: String, idNumber: String)

    init(seed: UInt64 = 1) throws {
        country = try SmallCountry(seed: seed)
        far = try Self.enrol(1, at: C.yueluFirst, by: C.yuelu, country)
        near = try Self.enrol(2, at: C.haizhuFirst, by: C.haizhu, country)
    }

    private static func enrol(
        _ number: Int, at school: Unit, by county: Unit, _ country: SmallCountry
    ) throws -> (name: String, number: String, idNumber: String) {
        let row = C.row(number, try country.newClass(at: school), at: school)
        _ = try country.enrol([row], at: school, by: county)
        try country.node.settle()
        let pupil = try #require(try country.students(school).first)
        #expect(pupil.state == "enrolled")
        return (pupil.name, try #require(pupil.number), try #require(row[.idNumber]?.text))
    }

    static func body(_ name: String, number: String? = nil, idNumber: String? = nil, province: UnitCode? = nil) -> String {
        let fields = [("studentNumber", number), ("idNumber", idNumber), ("province", province?.text)]
            .compactMap { key, value in value.map { ",\"\(key)\":\"\($0)\"" } }
        return "{\"name\":\"\(name)\"\(fields.joined())}"
    }

    /// Asks, and lets the offices answer unless told otherwise.
    func ask(
        _ name: String, number: String? = nil, idNumber: String? = nil, province: UnitCode? = nil, at school: Unit = C.tianheFirst,
        settling: Bool = true
    ) throws -> InquiryList.Item {
        let item: InquiryList.Item = try country.decode(
            node.call("inquiries.ask", as: school.code, body: Self.body(name, number: number, idNumber: idNumber, province: province)))
        guard settling else { return item }
        try node.settle()
        return try show(item.inquiry, as: school)
    }

    static func id(_ item: InquiryList.Item) throws -> Rules.Digest {
        let id = Rules.Digest(hex: item.inquiry)
        return try #require(id)
    }

    func show(_ id: String, as unit: Unit) throws -> InquiryList.Item {
        try country.decode(node.call("inquiries.show", as: unit.code, ["inquiry": id]))
    }

    func list(_ scope: String? = nil, as unit: UnitCode) throws -> InquiryList.Page {
        try country.decode(node.call("inquiries.list", as: unit, scope.map { ["scope": $0] } ?? [:]))
    }

    /// Trail lines of a unit about inquiries, the newest first.
    func trail(_ unit: UnitCode) throws -> [AuditTrail.Line] {
        try node.archive.read { try AuditTrail.newest(100, of: unit.text, $0) }.filter { $0.operation.hasPrefix("inquiries.") }
    }
}
