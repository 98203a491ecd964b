import Protocol
import Rules
import Store

/// A school signs what its papers say of its own pupil (Q105). Nothing of it travels: the paper carries it.
struct AttestationWriter {
    let actor: Actor
    let transaction: Transaction

    /// - Parameter target: the receiving school of a transfer certificate; nil: that of the pupil's open transfer.
    /// - Throws: `Refusal` `certificate.home`, `certificate.number`, `certificate.target`, `certificate.chain`.
    func issue(_ kind: Attestation.Kind, of id: DossierID, target: UnitCode? = nil) throws -> SignedAttestation {
        let directory = transaction.directory
        guard let dossier = try transaction.dossier(id), directory.contains(actor.unit, dossier.home) else { throw StepRefusals.unknown(id) }
        guard dossier.home == actor.unit, let school = directory.unit(dossier.home) else {
            throw Refusal("certificate.home", question: "Q105", "学籍卡和转学证明由学生所在学校打印。", remedy: "请由该校打印。", kind: .permission)
        }
        guard let number = dossier.number, dossier.state != .deleted else {
            throw Refusal("certificate.number", question: "Q105", "该生还没有学籍号，不能打印。", remedy: "请等主管部门核办之后再打印。")
        }
        let target = try kind == .transfer ? target ?? TransferShelf(transaction.reading).receivingSchool(of: dossier) : nil
        let today = transaction.surroundings.today
        let days = Int(try PolicyShelf(transaction.reading).value("certificate.days", for: actor.unit)).map { max(1, min($0, 3660)) } ?? 365
        let attestation = Attestation(
            kind: kind, unit: school.code, schoolName: school.name, name: dossier.record.name, number: number,
            grade: SchoolGrade.text(of: dossier.record, at: school, today: today), issuedOn: today,
            lastDay: CalendarDate(daysSince1970: today.daysSince1970 + days), serial: transaction.surroundings.randomBytes(8),
            target: target, targetName: kind == .transfer ? try name(of: target, from: school.code) : "")
        return try sign(attestation)
    }

    private func name(of target: UnitCode?, from home: UnitCode) throws -> String {
        guard let target else {
            throw Refusal(
                "certificate.target", question: "Q105", "该生没有到达本校的转学申请，须写明转入学校。", remedy: "请填写转入学校的学校标识码。", kind: .usage)
        }
        guard target != home, let unit = transaction.directory.unit(target), unit.tier == .school, !unit.isClosed else {
            throw Refusal(
                "certificate.target", question: "Q105", "转入学校标识码不对：机构库中没有这所学校，或就是本校。", remedy: "请核对转入学校的标识码。", kind: .usage)
        }
        return unit.name
    }

    private func sign(_ attestation: Attestation) throws -> SignedAttestation {
        let (signature, keyID) = try transaction.sign(Attestation.signedText(attestation.bytes), as: actor.unit)
        guard let chain = try transaction.reading.enrolmentChain(of: actor.unit, keyID: keyID) else {
            throw Refusal(
                "certificate.chain", question: "Q105", "本节点还没有收到上级对本单位签名密钥的登记，打印的核验码别处不能核验。", remedy: "请等与上级同步之后再打印。")
        }
        return SignedAttestation(attestation, keyID: keyID, signature: signature, chain: chain.map(\.bytes))
    }
}

/// Stage and grade as papers say them.
enum SchoolGrade {
    static func text(of record: StudentRecord, at school: Unit, today: CalendarDate) -> String {
        guard let code = ClassCode(record.classCode) else { return "" }
        let year = today.month >= 9 ? today.year : today.year - 1
        let grade = school.years[code.stage].flatMap { Grade(of: code, schoolYear: year, length: $0) }
        return code.stage.label + (grade?.label ?? "")
    }
}
