import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Looks for the pupil that an inquiry is about: name and number must both be his, and nothing tells which of them was not.
struct InquirySearch {
    let reading: Reading
    let today: CalendarDate

    /// Pupils with a number who have not been deleted; the homes stand under `authority`.
    func hits(_ inquiry: Inquiry, under authority: UnitCode) throws -> [Dossier] {
        let shelf = DossierShelf(reading)
        return try candidates(inquiry).compactMap { try shelf.dossier($0) }.filter { dossier in
            dossier.state != .deleted && reading.directory.contains(authority, dossier.home) && holds(dossier, inquiry)
        }.sorted { $0.id < $1.id }
    }

    /// By the tables' indexes: what may be meant. A number that is not official yet is nobody's.
    private func candidates(_ inquiry: Inquiry) throws -> [DossierID] {
        let sql = switch inquiry.key {
        case .studentNumber: "SELECT dossier FROM number WHERE number = ?"
        case .idNumber: "SELECT id FROM dossier WHERE id_number = ? AND id_number <> ''"
        }
        return try Data.fetchAll(reading.database.cachedStatement(sql: sql), arguments: [inquiry.number]).compactMap { DossierID($0) }
    }

    private func holds(_ dossier: Dossier, _ inquiry: Inquiry) -> Bool {
        guard dossier.number != nil, KeyText.name(dossier.record.name) == inquiry.name else { return false }
        return switch inquiry.key {
        case .studentNumber: [dossier.formalNumber, dossier.provisionalNumber].contains { $0.map(KeyText.number) == inquiry.number }
        case .idNumber: KeyText.number(dossier.record.idNumber) == inquiry.number
        }
    }

    /// What the hits tell the asker.
    func found(_ hits: [Dossier]) -> (outcome: InquiryAnswer.Outcome, pupil: FoundPupil?) {
        guard let pupil = hits.first else { return (.notFound, nil) }
        return hits.count == 1 ? (.found, card(pupil)) : (.ambiguous, nil)
    }

    private func card(_ dossier: Dossier) -> FoundPupil {
        let school = reading.directory.unit(dossier.home)
        let code = ClassCode(dossier.record.classCode)
        let year = today.month >= 9 ? today.year : today.year - 1
        let grade = code.flatMap { code in school?.years[code.stage].flatMap { Grade(of: code, schoolYear: year, length: $0) } }
        return FoundPupil(
            school: dossier.home, schoolName: school?.name ?? "", stage: code?.stage.rawValue ?? 0, grade: grade?.label ?? "",
            state: dossier.state.rawValue, stateLabel: dossier.state.label, hasOpenCase: dossier.openCase != nil || dossier.holder != dossier.home,
            sex: dossier.record.sex, birthYear: String(dossier.record.birthDate.prefix(4)))
    }
}
