import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What the owning node asks before a pupil is given away (Q80): at the application, at the acceptance and at the hand-over.
struct TransferCheck {
    let reading: Reading
    let today: CalendarDate

    /// The pupil of the releasing school whom name and number name; nothing else is told of anybody.
    /// - Throws: `Refusal` where there is none.
    func pupil(_ content: TransferContent, of school: UnitCode) throws -> Dossier {
        guard let dossier = try known(content, of: school) else { throw TransferRefusals.notFound(content) }
        return dossier
    }

    /// The same; nil where there is none.
    func known(_ content: TransferContent, of school: UnitCode) throws -> Dossier? {
        let byNumber = content.number.isEmpty ? "id_number = ?" : "? IN (formal, provisional)"
        let number = content.number.isEmpty ? KeyText.number(content.idNumber) : content.number
        let ids = try Data.fetchAll(
            reading.database, sql: "SELECT id FROM dossier WHERE home = ? AND name_key = ? AND \(byNumber) ORDER BY state = 'deleted', id",
            arguments: [school.text, KeyText.name(content.name), number]).compactMap { DossierID($0) }
        return try ids.first.flatMap { try DossierShelf(reading).dossier($0) }
    }

    /// - Throws: `Refusal` with the exact reason.
    func mayLeave(_ dossier: Dossier, _ transfer: Transfer) throws {
        if let obstacle = dossier.transferObstacle { throw TransferRefusals.obstacle(obstacle, reading.directory) }
        try mayLeaveByTerm(dossier)
        try mayEnter(dossier, transfer)
    }

    /// 毕业年级最后一学期: from February to the end of the school year, where the releasing province says so.
    func mayLeaveByTerm(_ dossier: Dossier) throws {
        guard try PolicyShelf(reading).isOn("transfer.terminalTerm", for: dossier.home), (2...8).contains(today.month),
              let code = ClassCode(Self.classCode(dossier)), let length = reading.directory.unit(dossier.home)?.years[code.stage],
              let grade = Grade(of: code, schoolYear: today.year - 1, length: length), grade.isFinal else { return }
        let province = reading.directory.province(of: dossier.home).flatMap { reading.directory.unit($0)?.name } ?? "省级教育行政部门"
        throw Refusal(
            "transfer.terminalTerm", question: "Q80", "该生在毕业年级最后一学期，\(province)规定不办理转学。", remedy: "请在毕业后按招生入学办理。")
    }

    /// 平级转学 (Q79).
    private func mayEnter(_ dossier: Dossier, _ transfer: Transfer) throws {
        guard let old = reading.directory.unit(dossier.home), let new = reading.directory.unit(transfer.head.receiving) else { return }
        let present = String(Self.classCode(dossier).prefix(5))
        guard !TransferGrade.isAllowed(transfer.cohort, from: present, releasing: old, receiving: new) else { return }
        guard TransferGrade.parts(transfer.cohort).map({ new.stages.contains($0.stage) }) ?? false else {
            throw Refusal("transfer.stage", question: "Q79", "转入学校没有申请年级所在的学段。", remedy: "请核对申请年级。")
        }
        throw Refusal(
            "transfer.grade", question: "Q79", "两校学制相同，只能平级转学：该生是 \(present) 级，申请的是 \(transfer.cohort) 级。", remedy: "请按该生现在的年级申请；跳级、留级不通过转学办理。")
    }

    /// The class that tells the grade: of the school, or of the former one while not yet placed.
    static func classCode(_ dossier: Dossier) -> String {
        dossier.record.classCode.isEmpty ? dossier.chain.last { $0.record != nil }?.record?.classCode ?? "" : dossier.record.classCode
    }
}
