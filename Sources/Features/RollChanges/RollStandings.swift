import Protocol
import Rules
import Store

/// What a pupil's standing on the roll forbids beyond the workflow's table, in words.
enum RollStandings {
    /// Standings whose pupils keep their seat in the class, for SQL.
    static let seated = StudentStatus.allCases.filter { !$0.freesClass }.map { "'\($0.rawValue)'" }.joined(separator: ", ")

    /// - Throws: `Refusal` for a step that the standing leaves no room for.
    static func check(_ step: StepKind, _ dossier: Dossier) throws {
        let status = dossier.roll.status
        guard status.bars(step) else { return }
        throw status.isTerminal ? ended(dossier) : away(status, step.label)
    }

    /// What has left is an archive: identity and all else stay as they were (Q82).
    static func checkEditing(_ dossier: Dossier) throws {
        let status = dossier.roll.status
        guard !status.isTerminal else { throw ended(dossier) }
        guard status.keepsRegistration else { throw away(status, "修改学籍信息") }
    }

    /// Who is not at school is placed in a class when he is back.
    static func checkPlacing(_ dossier: Dossier) throws {
        if let open = dossier.openCase, let change = open.opening.change {
            throw Refusal(
                "case.open", question: "Q87", "该生有在办业务（\(change.kind.label)，\(open.stand.caseLabel)），现在不能调班。", remedy: "请先办结或撤回。")
        }
        guard dossier.roll.status == .present else {
            throw Refusal(
                "roll.status", question: "Q80", "该生状态为“\(dossier.roll.status.label)”，不能调班。", remedy: "复学时填写就读的班号。")
        }
    }

    private static func ended(_ dossier: Dossier) -> Refusal {
        Refusal(
            "roll.ended", question: "M-DEATH", "该生已登记“\(dossier.roll.status.label)”，学籍已终结，不再办理业务。", remedy: "学籍号永久保留；登记有误的，由主管教育行政部门更正死亡登记。")
    }

    private static func away(_ status: StudentStatus, _ business: String) -> Refusal {
        Refusal("roll.status", question: "Q80", "该生状态为“\(status.label)”，不能\(business)。", remedy: "档案保持离校时的内容；学生回来时请先办理复学。")
    }

    /// Of a pupil's doubles those whose own dossier has left: it is taken up again, and nobody is registered anew (Q82).
    static func returning(_ doubles: [DossierID], sight unit: UnitCode, _ reading: Reading) throws -> [[String: Any]] {
        let shelf = DossierShelf(reading)
        return try doubles.compactMap { try shelf.dossier($0) }.compactMap { dossier in
            let status = dossier.roll.status
            guard reading.directory.contains(unit, dossier.home), dossier.state == .enrolled, status != .present,
                  let kind = RollChangeKind.table.first(where: { $0.from.contains(status) && $0.to == .present }) else { return nil }
            return ["name": dossier.record.name, "status": status.label, "dossier": dossier.id.description, "kind": kind.name]
                .merging(HelpChapter.link("Q82")) { $1 }
        }
    }

    // MARK: Words of requests and settings

    static func mustExist(_ statuses: [String]) throws {
        guard let unknown = statuses.first(where: { StudentStatus(rawValue: $0) == nil }) else { return }
        throw Refusal(
            "status.unknown", "没有“\(unknown)”这种学生状态。",
            remedy: "可选：" + StudentStatus.allCases.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: "、"), kind: .usage)
    }

    /// Kinds named by a policy; what is unknown is left out.
    static func kinds(_ text: String) -> Set<RollChangeKind> {
        Set(text.split(separator: ",").compactMap { RollChangeKind(rawValue: $0.trimmed) })
    }

    /// Why a text is no list of kinds; nil when it is one.
    static func fault(inKinds text: String) -> String? {
        let unknown = text.split(separator: ",").map(\.trimmed).filter { RollChangeKind(rawValue: $0) == nil }
        guard !unknown.isEmpty else { return nil }
        return "没有这些异动：" + unknown.joined(separator: "、") + "。可选 "
            + RollChangeKind.allCases.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: "、") + "，以逗号隔开"
    }
}
