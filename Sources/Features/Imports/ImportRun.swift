import FoundationEssentials
import GRDB
import Protocol
import Rules
import Sheets
import Store

/// Judges a workbook and, for an import, takes the good rows in (Q50). Starting anew after a crash gives the same result:
/// rows that entered are known by their content.
public struct ImportRun {
    /// Rows in one transaction.
    static let chunk = 500

    /// Where judged rows go; nil for a mere check.
    struct Target {
        let archive: Archive
        let job: ImportShelf.Job
    }

    /// The process ends before the file does: the job waits for the next start.
    public struct Stopped: Error {}

    let path: String
    var facts: Facts
    /// What the institution register says about a school code.
    let register: (String) throws -> FileSubject.Registered
    let markedPath: String
    let target: Target?
    var report: ImportReport
    /// Asked between rows.
    var mustStop: @Sendable () -> Bool = { false }

    /// Judges a file without taking anything in; works without any node.
    public static func check(
        path: String, facts: Facts, registered: FileSubject.Registered, markedPath: String
    ) throws -> ImportReport {
        try check(path: path, facts: facts, register: { _ in registered }, markedPath: markedPath)
    }

    static func check(
        path: String, facts: Facts, register: @escaping (String) throws -> FileSubject.Registered, markedPath: String
    ) throws -> ImportReport {
        var run = ImportRun(
            path: path, facts: facts, register: register, markedPath: markedPath, target: nil, report: ImportReport(job: ""))
        try run.perform(strict: false)
        return run.report
    }

    /// Carries out a waiting job and records its result. A job that a crash cut short is begun anew: what it had entered counts
    /// as its own.
    /// - Throws: `Stopped` soon after `mustStop` says so.
    public static func perform(
        _ job: ImportShelf.Job, archive: Archive, mustStop: @escaping @Sendable () -> Bool = { false }
    ) throws -> ImportReport {
        let facts = try archive.write { transaction in
            try ImportShelf.begin(job.id, in: transaction)
            return try RegistrationFacts.facts(for: job.actor.unit, today: transaction.surroundings.today, transaction.reading)
        }
        var run = ImportRun(
            path: job.path, facts: facts,
            register: { code in try archive.read { try RegistrationFacts.registered(UnitCode(code), $0) } },
            markedPath: job.path + ".marked.xlsx", target: Target(archive: archive, job: job), report: ImportReport(job: job.id),
            mustStop: mustStop)
        try run.perform(strict: job.isStrict)
        let report = run.report
        try archive.write { try ImportShelf.finish(job.id, report, in: $0) }
        return report
    }

    private mutating func perform(strict: Bool) throws {
        do {
            let workbook = try PupilWorkbook(path: path)
            let subject = try survey(workbook)
            let fileFindings = FileRules.judge(subject)
            for finding in fileFindings { report.add(finding, row: nil, cell: nil) }
            guard !fileFindings.contains(where: { $0.severity == .error }) else {
                report.rows = subject.rowCount
                report.failed = subject.rowCount
                report.outcome = .failed
                return
            }
            if strict, target != nil {
                try pass(.rehearsing, workbook)
                if report.failed > 0 {
                    report.accepted = 0
                    report.outcome = .failed
                    return
                }
                report = ImportReport(job: report.job)
                for finding in fileFindings { report.add(finding, row: nil, cell: nil) }
            }
            try pass(target == nil ? .judging : .entering, workbook)
            report.outcome = report.failed > 0 ? .failed : .success
        } catch let mismatch as PupilWorkbook.Mismatch {
            report.outcome = .templateMismatch
            for reason in mismatch.reasons {
                report.add(
                    Finding(
                        rule: "Q50-template", question: "Q50", severity: .error, field: nil, message: inTheClerksWords(reason.message),
                        remedy: reason.remedy),
                    row: nil, cell: nil)
            }
        }
    }

    /// First pass: what the file rules and the same-number rule need.
    private mutating func survey(_ workbook: PupilWorkbook) throws -> FileSubject {
        var seen = RepeatedIDNumbers.Counter()
        var rows = 0
        var school = ""
        var last: (cell: RawCell?, code: String) = (nil, "")
        while let batch = try workbook.next() {
            for place in batch.indices {
                if mustStop() { throw Stopped() }
                rows += 1
                // A slip in one row does not make it another school's file: the rows that name this school count.
                let cell = workbook.cell(batch, place, .schoolCode)
                if cell != last.cell { last = (cell, cell.map { RowReader.read(RawRow([.schoolCode: $0])).record.schoolCode } ?? "") }
                if school.isEmpty || last.code == facts.school?.code { school = last.code }
                seen.add(number: workbook.cell(batch, place, .idNumber), type: workbook.cell(batch, place, .idType))
            }
        }
        facts.repeatedIDNumbers = seen.repeated
        return FileSubject(
            schoolCode: school, school: try register(school.isEmpty ? facts.school?.code ?? "" : school),
            hasAttachedClasses: facts.classes?.values.contains(where: \.isAttached) ?? false, rowCount: rows)
    }

    /// The file stands under a name of the node's own; the clerk knows it by another.
    private func inTheClerksWords(_ message: String) -> String {
        guard let name = target?.job.fileName, !name.isEmpty, let stored = path.split(separator: "/").last else { return message }
        return message.replacing(stored, with: name)
    }

    private enum Purpose {
        case judging
        /// Goes through the gate with every row and undoes it: whether all would enter (`--strict`).
        case rehearsing
        case entering
    }

    /// Second pass: judge, mark what fails, enter what is good.
    private mutating func pass(_ purpose: Purpose, _ workbook: PupilWorkbook) throws {
        let marker = RowMarker(path: markedPath, workbook: workbook)
        for notice in workbook.notices {
            report.add(
                Finding(rule: "Q50-columns", question: "Q50", severity: .notice, field: nil, message: notice, remedy: ""), row: nil, cell: nil)
        }
        let judging = RowJudging(match: workbook.match, facts: facts)
        var good: [(PupilWorkbook.PupilRow, Judgement)] = []
        var fileWide = FileWideFindings()
        try workbook.rewind()
        while let batch = try workbook.next() {
            for (place, judgement) in zip(batch.indices, judging.judge(batch)) {
                if mustStop() { throw Stopped() }
                report.rows += 1
                let row = PupilWorkbook.PupilRow(rows: batch, place: place)
                for finding in judgement.findings where !fileWide.take(finding, row: row.number) { note(finding, row, workbook) }
                if judgement.isAccepted {
                    good.append((row, judgement))
                    if good.count >= Self.chunk { try flush(&good, purpose, workbook, marker) }
                } else {
                    report.failed += 1
                    try marker.mark(row, judgement.findings.filter { !FileWideFindings.holds($0) })
                }
            }
        }
        try flush(&good, purpose, workbook, marker)
        report.tell(fileWide)
        report.marked = try marker.finish()
    }

    private mutating func note(_ finding: Finding, _ row: PupilWorkbook.PupilRow, _ workbook: PupilWorkbook) {
        let column = finding.field.flatMap { workbook.match.column(of: $0) }
        report.add(
            finding, row: row.number, cell: column.map { CellReference.text(row: row.number, column: $0) })
    }

    private mutating func flush(
        _ good: inout [(PupilWorkbook.PupilRow, Judgement)], _ purpose: Purpose, _ workbook: PupilWorkbook, _ marker: RowMarker
    ) throws {
        defer { good = [] }
        guard purpose != .judging, let target else {
            report.accepted += good.count
            report.problems += good.count { !$0.1.problemKinds.isEmpty }
            return
        }
        let rows = good
        let results = try enter(rows.map(\.1.record), done: report.rows, isRehearsal: purpose == .rehearsing, target)
        for (row, result) in zip(rows, results) {
            switch result {
            case .entered:
                report.accepted += 1
                if !row.1.problemKinds.isEmpty { report.problems += 1 }
            case .already(let finding):
                report.already += 1
                if let finding { note(finding, row.0, workbook) }
            case .refused(let refusal):
                let finding = Finding(
                    rule: refusal.code, question: refusal.question, severity: .error, field: nil, message: refusal.message,
                    remedy: refusal.remedy)
                report.failed += 1
                note(finding, row.0, workbook)
                try marker.mark(row.0, [finding])
            }
        }
    }

    /// Carries a rehearsal's results out of the transaction that is undone.
    private struct Rehearsed: Error { let results: [RowEntry.Result] }

    private func enter(
        _ records: [StudentRecord], done: Int, isRehearsal: Bool, _ target: Target
    ) throws -> [RowEntry.Result] {
        do {
            return try target.archive.write { transaction in
                let entry = RowEntry(job: target.job, transaction: transaction)
                let results = try records.map { try entry.enter($0) }
                if isRehearsal { throw Rehearsed(results: results) }
                try ImportShelf.progress(target.job.id, rows: done, in: transaction)
                return results
            }
        } catch let rehearsal as Rehearsed {
            return rehearsal.results
        }
    }
}

/// Writes the failed rows with their cells marked; the file exists only when a row failed.
final class RowMarker {
    private let path: String
    private let workbook: PupilWorkbook
    private var writer: MarkedWorkbookWriter?

    init(path: String, workbook: PupilWorkbook) {
        self.path = path
        self.workbook = workbook
    }

    func mark(_ row: PupilWorkbook.PupilRow, _ findings: [Finding]) throws {
        let writer = try self.writer ?? MarkedWorkbookWriter(path: path, columns: workbook.columns)
        self.writer = writer
        try writer.write(row.sheetRow, marks: findings.filter { $0.severity != .notice }.map { finding in
            MarkedWorkbookWriter.Mark(
                column: finding.field.flatMap { workbook.match.column(of: $0) }, isBlocking: finding.severity == .error,
                message: finding.message, remedy: finding.remedy)
        })
    }

    func finish() throws -> String? {
        guard let writer else { return nil }
        try writer.finish()
        return path
    }
}
