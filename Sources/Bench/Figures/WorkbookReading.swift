import Features
import FoundationEssentials
import Protocol
import Rules
import Sheets

/// A school's workbook of 60 filled columns: read alone, and read and judged by all rules as `xueji check` does.
///
/// The reference is python-calamine, which reads the same file into Python's values. Both sides' cells must be those that the generator
/// wrote; the judged rows must be refused and taken in as the generator planted them.
struct WorkbookReading: Benchmark {
    let name = "workbook"
    let about = "a workbook of 60 columns: read, and read and judged by all rules, against python-calamine's read"
    let rows = 20_000

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        place.tell("\(name): \(rows) rows")
        let path = place.folder + "/workbook.xlsx"
        let book = try BenchWorkbook(rows: rows, seed: place.seed, path: path)
        let reference: Contest.Side? = place.references?.path(of: "workbook_calamine") == nil ? nil : {
            guard let references = place.references else { throw BenchFailure("no references") }
            return try references.run("workbook_calamine", [path])
        }
        let reading = try await Contest.run(place.runs, own: { try Self.read(path, place) }, reference: reference)
        let judging = try await Contest.run(place.runs, own: { try Self.judge(path, book, place) }, reference: reference)
        return [
            reading.rate(
                "\(name)-read", "Cells of an .xlsx read", unit: "cells/s", goal: .ratioAtLeast(1), referenceName: "python-calamine, read",
                expected: book.check),
            Contest(own: judging.own.map { Trial(seconds: $0.seconds, rows: book.cells, check: $0.check, cpuSeconds: $0.cpuSeconds) }, reference: judging.reference)
                .rate(
                    "\(name)-judge", "Cells of an .xlsx read and judged by all rules", unit: "cells/s", goal: .ratioAtLeast(0.5),
                    referenceName: "python-calamine, read", expected: book.check),
        ]
    }

    /// Cells are held against the generator's after the time was taken.
    private static func read(_ path: String, _ place: Workplace) throws -> Trial {
        let cpu = ProcessFigures.ownCPUSeconds()
        let (seconds, rows) = try place.timed {
            let rows = try WorkbookReader.open(path).rows()
            var all: [SheetRow] = []
            while let row = try rows.next() { all.append(row) }
            return all
        }
        let used = ProcessFigures.ownCPUSeconds() - cpu
        var check = CellCheck()
        for row in rows { for cell in row.texts where !cell.isEmpty { check.add(cell) } }
        return Trial(seconds: seconds, rows: check.cells, check: check.text, cpuSeconds: used)
    }

    private static func judge(_ path: String, _ book: BenchWorkbook, _ place: Workplace) throws -> Trial {
        let marked = place.folder + "/marked.xlsx"
        let cpu = ProcessFigures.ownCPUSeconds()
        let (seconds, report) = try place.timed {
            try ImportRun.check(path: path, facts: book.facts, registered: book.registered, markedPath: marked)
        }
        let used = ProcessFigures.ownCPUSeconds() - cpu
        guard report.accepted == book.accepted, report.failed == book.refused else {
            throw BenchFailure("judged \(report.accepted) and \(report.failed) instead of \(book.accepted) and \(book.refused)")
        }
        return Trial(seconds: seconds, rows: book.cells, check: book.check, cpuSeconds: used)
    }
}

/// Number and digest of the cells that are not empty, row by row.
struct CellCheck {
    private(set) var cells = 0
    private var bytes: [UInt8] = []

    mutating func add(_ text: String) {
        cells += 1
        bytes += text.utf8
        bytes.append(10)
    }

    var text: String { "\(cells) " + Hashing.sha256(bytes).bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

/// The file, what is in it, and what must come of it.
struct BenchWorkbook {
    /// One row in a hundred must be refused, by all the ways that there are.
    static let refusedShare = 100

    let cells: Int
    let check: String
    let accepted: Int
    let refused: Int
    let facts: Facts
    let registered: FileSubject.Registered

    /// - Parameter withRefusals: whether some rows are planted that must be refused.
    init(rows: Int, seed: UInt64, path: String, withRefusals: Bool = true) throws {
        let refusals = withRefusals ? max(rows / Self.refusedShare / PlantedRefusal.allCases.count, 1) : 0
        let pupils = try BenchPupils(rows, seed: seed, refusedOfEach: refusals)
        let all = (0..<pupils.count).map(pupils.row)
        let columns = Template[.v2013].columns.filter { column in column.field.map { BenchPupils.filled.contains($0) } ?? false }
        let writer = try TableWriter(path: path, columns: columns.map { ColumnSpec($0.title, isRequired: $0.requirement == .starred) })
        var check = CellCheck()
        for column in columns { check.add(column.title) }
        for row in all {
            let texts = columns.map { column in column.field.flatMap { row.cells[$0] } ?? "" }
            let numbers = columns.indices.filter { index in columns[index].field.map(row.numberCells.contains) ?? false }
            try writer.write(texts, numbers: Set(numbers))
            for text in texts where !text.isEmpty { check.add(text) }
        }
        try writer.finish()
        (cells, self.check) = (check.cells, check.text)
        accepted = all.count { $0.truth.isAccepted }
        refused = all.count - accepted
        let school = SchoolFacts(
            code: BenchPupils.school.text, name: "天河一小", kind: "211", stages: [.primary], years: [.primary: 6], isPrivate: false,
            urbanRural: "111", division: BenchPupils.county.text)
        facts = Facts(
            today: CalendarDate(secondsSince1970: 1_789_005_600), school: school,
            classes: Dictionary(uniqueKeysWithValues: pupils.classes.map { ($0.text, ClassFacts()) }), divisions: BuiltInDivisions())
        registered = .found(school)
    }
}
