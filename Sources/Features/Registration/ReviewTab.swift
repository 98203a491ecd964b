import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// One tab of the school's review, 在校生 / 新生 / 来华归国 (Q57): a pupil stands in exactly one.
struct ReviewTab {
    let tab: RegistrationFacts.Tab
    /// Whose school year is meant.
    let today: CalendarDate

    /// - Throws: `Refusal` when there is no such tab.
    init(_ name: String, today: CalendarDate) throws {
        guard let tab = RegistrationFacts.Tab.allCases.first(where: { $0.rawValue == name || $0.label == name }) else {
            throw Refusal(
                "tab.unknown", question: "Q57", "没有“\(name)”这个标签。",
                remedy: "可选：" + RegistrationFacts.Tab.allCases.map { "\($0.rawValue)(\($0.label))" }.joined(separator: "、"), kind: .usage)
        }
        self.tab = tab
        self.today = today
    }

    /// The tab follows from the whole record, so the pupils of the one school are read: some thousands at most.
    func page(_ filter: StudentList.Filter, sight unit: UnitCode, _ reading: Reading) throws -> StudentList.Page {
        guard filter.school != nil || reading.directory.tier(of: unit) == .school else {
            throw Refusal("tab.school", question: "Q57", "按标签查看须指定学校。", remedy: "请加上学校标识码（school）。", kind: .usage)
        }
        let (condition, arguments) = try StudentList.clause(filter, sight: unit, reading)
        let shelf = DossierShelf(reading)
        let pupils = try Data.fetchAll(
            reading.database, sql: "SELECT id FROM dossier WHERE \(condition) ORDER BY id", arguments: arguments)
            .compactMap { try DossierID($0).flatMap { try shelf.dossier($0) } }
            .filter { RegistrationFacts.tab(of: $0.record, today: today) == tab }
        let left = pupils.drop { pupil in filter.after.map { pupil.id <= $0 } ?? false }
        let limit = min(max(filter.limit, 1), StudentList.maxPage)
        let deadlines = Deadlines(reading: reading, today: today)
        return StudentList.Page(
            total: pupils.count, next: left.count > limit ? left.prefix(limit).last?.id.description : nil,
            students: try left.prefix(limit).map { StudentList.item($0, try deadlines.deadline(of: $0)) },
            notice: pupils.isEmpty ? "“\(tab.label)”标签下没有符合要求的学生" : nil)
    }
}
