import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What the receiving school's own node asks of an application before it is written (Q74, Q81).
struct TransferForm {
    let reading: Reading
    let today: CalendarDate

    /// - Parameter id: the application that is mended.
    func check(_ content: TransferContent, from releasing: UnitCode, by receiving: UnitCode, again id: DossierID? = nil) throws {
        let school = try checkSchools(receiving, releasing)
        try checkContent(content, school)
        try checkTime()
        try checkDoubles(content, school, id)
    }

    private func checkSchools(_ receiving: UnitCode, _ releasing: UnitCode) throws -> Unit {
        guard let school = reading.directory.unit(receiving), TierRights.may(school.tier, .keepPupils) else {
            throw Refusal("transfer.school", question: "Q74", "转学由转入学校申请。", remedy: "请由转入学校的学籍管理员办理。", kind: .permission)
        }
        guard releasing != receiving else {
            throw Refusal("transfer.own", question: "Q74", "转出学校不能是本校：学生已在本校。", remedy: "请先选择转出学校（他校），再填姓名。")
        }
        guard let other = reading.directory.unit(releasing), TierRights.may(other.tier, .keepPupils) else {
            throw Refusal("transfer.releasing", question: "Q74", "机构库中没有学校 \(releasing)。", remedy: "请核对转出学校的学校标识码。", kind: .missing)
        }
        if school.isClosed { throw try StepRefusals.closed(school, reading) }
        if other.isClosed {
            let text = try reading.closedText(other)
            throw Refusal("transfer.closed", question: "Q14", text.message, remedy: try reading.merger(of: releasing).map {
                "请向“\(reading.directory.unit($0.merger.target)?.name ?? $0.merger.target.text)”（\($0.merger.target)）申请。"
            } ?? text.remedy)
        }
        return school
    }

    private func checkContent(_ content: TransferContent, _ school: Unit) throws {
        func refuse(_ code: String, _ message: String, _ remedy: String, question: String = "Q81") -> Refusal {
            Refusal("transfer." + code, question: question, message, remedy: remedy, kind: .usage)
        }
        guard !content.name.isEmpty, content.number.isEmpty != content.idNumber.isEmpty else {
            throw refuse("search", "须填写姓名，以及学籍号、身份证号中的一个。", "只凭姓名不能查询；学籍号可向原学校学籍管理员或监护人索取（Q83）。")
        }
        guard let grade = TransferGrade.parts(content.cohort), school.stages.contains(grade.stage) else {
            throw refuse("cohort", "申请年级不对，应为入学年份加学段，例如 20221，且本校有这一学段。", "请从本校的年级中选择。", question: "Q79")
        }
        guard CalendarDate(compact: content.date) != nil else { throw refuse("date", "转入日期不对，应为八位日期。", "例如 20260910。") }
        guard content.reason.contains(where: { !$0.isWhitespace }), content.reason.count <= TransferWriter.reasonLength else {
            throw refuse("reason", "必须填写转学原因，不超过 \(TransferWriter.reasonLength) 字。", "请填写原因。")
        }
        guard StudentField.studyWay.codeTable?.accepts(content.stay) ?? false else { throw refuse("stay", "就读方式不对。", "请选择走读或住校。") }
    }

    /// 转学暂停时间, set by the centre.
    private func checkTime() throws {
        guard let window = TimeWindow(try PolicyShelf(reading).value("transfer.freeze", for: .centre)), window.contains(today) else { return }
        throw Refusal("transfer.freeze", question: "M-T7", "\(window.first) 至 \(window.last) 暂停办理转学。", remedy: "请在此之后申请。")
    }

    /// A pupil that the school has already, or has already asked for.
    private func checkDoubles(_ content: TransferContent, _ school: Unit, _ id: DossierID?) throws {
        let check = TransferCheck(reading: reading, today: today)
        if let present = try check.known(content, of: school.code), present.stand != .deleted {
            throw Refusal("transfer.present", question: "Q74", "学生已在本校。", remedy: "无需转学；请在学生查询中查看。")
        }
        let open = try Data.fetchAll(
            reading.database.cachedStatement(sql: "SELECT id FROM transfer WHERE receiving = ? AND state IN ('prepared', 'underWay', 'returned')"),
            arguments: [school.code.text]).compactMap { DossierID($0) }
        for other in open where other != id {
            guard let transfer = try TransferShelf(reading).transfer(other), transfer.content.name == content.name,
                  transfer.content.number == content.number, transfer.content.idNumber == content.idNumber else { continue }
            throw Refusal("transfer.open", question: "Q75", "本校已有该生未办结的转学申请。", remedy: "请在转学列表中继续办理，或先撤销。")
        }
    }
}
