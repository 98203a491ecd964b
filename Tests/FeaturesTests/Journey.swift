import Features
import FoundationEssentials
import Rules
import Store

/// The acts of a registration on a test node, as its users would do them.
struct Journey {
    struct Student: Decodable {
        let dossier, name, state: String
        let number: String?
        let problems: [String]
    }

    struct Page: Decodable {
        let total: Int
        let students: [Student]
    }

    struct Outcome: Decodable {
        struct Refused: Decodable { let dossier, code, message: String }
        let done: [String]
        let refused: [Refused]
    }

    struct Classes: Decodable { let classes: [String] }

    let node: TestNode

    func decode<Value: Decodable>(_ text: String) throws -> Value { try JSONDecoder().decode(Value.self, from: Data(text.utf8)) }

    /// A class of the primary stage; returns its code.
    func addClass(year: Int = 2022) throws -> String {
        let classes: Classes = try decode(node.call(
            "classes.add", as: People.school.code, body: "{\"stage\":\"primary\",\"year\":\(year),\"count\":1}"))
        return classes.classes[0]
    }

    func importRows(_ rows: [[StudentField: RawCell]], strict: Bool = false) throws -> ImportReport {
        let path = node.folder + "/in-\(rows.count)-\(strict).xlsx"
        try People.workbook(rows, at: path)
        _ = try node.call("imports.add", as: People.school.code, strict ? ["strict": "true"] : [:], file: (path, "pupils.xlsx"))
        guard let job = try node.archive.read({ try ImportShelf.waiting($0) }).first else { throw Refusal("job", "", remedy: "") }
        let report = try ImportRun.perform(job, archive: node.archive)
        try node.settle()
        return report
    }

    func search(_ text: String, as unit: UnitCode = People.school.code) throws -> [Student] {
        let page: Page = try decode(node.call("students.search", as: unit, body: "{\"search\":\"\(text)\"}"))
        return page.students
    }

    func students(_ filter: [String: String] = [:], as unit: UnitCode = People.school.code) throws -> [Student] {
        let page: Page = try decode(node.call("students.list", as: unit, filter))
        return page.students
    }

    func step(_ id: String, _ dossiers: [String], as unit: UnitCode, reason: String? = nil) throws -> Outcome {
        let names = dossiers.map { "\"\($0)\"" }.joined(separator: ",")
        let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
        let outcome: Outcome = try decode(node.call("students.\(id)", as: unit, body: "{\"dossiers\":[\(names)]\(reason)}"))
        try node.settle()
        return outcome
    }
}
