import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Says of two dossiers what they are to each other: one word for both homes.
struct RulingWriter {
    struct Wish: Decodable {
        /// Dossiers; the same twice for `genuine`.
        let first, second: String
        /// `different`, `same` or `genuine`.
        let finding: String
        /// The dossier that keeps the number, or the registration.
        let upheld: String?
        let reason: String
    }

    /// Characters of a reason.
    private static let reasonLength = 200

    let actor: Actor
    let transaction: Transaction

    /// - Throws: `Refusal`; nothing is said then. Saying the same again changes nothing.
    func rule(_ wish: Wish) throws -> Ruling {
        try checkRight()
        guard let finding = Ruling.Finding(rawValue: wish.finding) else {
            throw Refusal(
                "ruling.finding", question: "Q63", "没有“\(wish.finding)”这种裁定。",
                remedy: "可选：" + Ruling.Finding.allCases.map { "\($0.rawValue)(\($0.label))" }.joined(separator: "、"), kind: .usage)
        }
        guard wish.reason.contains(where: { !$0.isWhitespace }), wish.reason.count <= Self.reasonLength else {
            throw Refusal("reason", question: "Q63", "裁定必须写明理由，不超过 \(Self.reasonLength) 字。", remedy: "请填写理由后重试。", kind: .usage)
        }
        let first = try seen(wish.first, beside: wish.second)
        let second = try seen(wish.second, beside: wish.first)
        let upheld = try wish.upheld.map { try id($0) }
        let number = try dispute(first, second, finding)
        let ruling = Ruling(
            party(first), party(second), finding: finding, upheld: upheld, idNumber: number, by: actor.unit,
            tier: transaction.directory.tier(of: actor.unit) ?? .school, position: try nextPosition(), reason: wish.reason,
            at: transaction.now)
        try check(ruling, first, second)
        if let known = first.rulings.first(where: { $0.pair == ruling.pair && $0.by == ruling.by && $0.idNumber == number }),
           known.finding == finding, known.upheld == upheld { return known }
        let act = transaction.surroundings.act()
        for home in Set([first.home, second.home]).sorted() {
            try transaction.append(.ruling, Payload.encode(ruling), as: actor.unit, to: .unit(home), act: act)
        }
        return ruling
    }

    // MARK: What is asked for

    private func checkRight() throws {
        guard let tier = transaction.directory.tier(of: actor.unit), TierRights.may(tier, .rulePairs) else {
            throw Refusal(
                "ruling.tier", question: "Q63", "学校不能裁定重复学籍。", remedy: "请提交佐证，由两校共同的最低主管部门裁定。", kind: .permission)
        }
        let separated = try PolicyShelf(transaction.reading).isOn("roles.separated", for: actor.unit)
        guard RoleRights.may(actor, .closeCase, separated: separated) else { throw StepRefusals.notRole(.closeCase, actor) }
    }

    private func id(_ text: String) throws -> DossierID {
        guard let id = DossierID(hex: text) else {
            throw Refusal("dossier.id", "学籍档案编号不对，应为32位十六进制数。", remedy: "请从重复学籍列表中选取。", kind: .usage)
        }
        return id
    }

    /// A live dossier in sight. Where the other one knows it as a peer, the refusal says who may rule.
    private func seen(_ text: String, beside other: String) throws -> Dossier {
        let id = try id(text)
        guard let dossier = try transaction.dossier(id), transaction.directory.contains(actor.unit, dossier.home) else {
            if let beside = try transaction.dossier(self.id(other)), transaction.directory.contains(actor.unit, beside.home),
               let peer = beside.verdicts.flatMap(\.peers).first(where: { $0.dossier == id }) {
                throw notOurs(transaction.directory.lowestCommonAuthority(beside.home, peer.school))
            }
            throw StepRefusals.unknown(id)
        }
        guard dossier.stand != .deleted else {
            throw Refusal("dossier.ended", question: "Q14", "该学籍档案已终结（\(dossier.state.label)），不能再办理。", remedy: "同组只剩一份时，问题自行解除，无需裁定。")
        }
        return dossier
    }

    private func notOurs(_ authority: UnitCode?) -> Refusal {
        let name = authority.flatMap { transaction.directory.unit($0)?.name } ?? "中央"
        return Refusal(
            "ruling.authority", question: "Q63", "这两份学籍由两校共同的最低主管部门“\(name)”裁定。", remedy: "请核对后“转报上级”。", kind: .permission)
    }

    /// The number that the two dispute, empty where there is none.
    private func dispute(_ first: Dossier, _ second: Dossier, _ finding: Ruling.Finding) throws -> String {
        if finding == .genuine {
            guard first.id == second.id, first.identityAnswer == "mismatch" || first.identityAnswer == "unknown" else {
                throw Refusal(
                    "ruling.genuine", question: "Q64", "“号码属实”只用于公安核验不一致或查无此人的一份学籍。", remedy: "号码本身不合规则的，请学校变更。")
            }
            return KeyFields(first.record).idNumber
        }
        // As they stand, and as open changes propose them.
        let versions = [
            (first.record, second.record), (first.checkedRecord, second.checkedRecord), (first.checkedRecord, second.record),
            (first.record, second.checkedRecord),
        ]
        let compared = versions.map { one, other in
            (kind: DuplicateOracle.comparison(of: KeyFields(one), with: KeyFields(other)), number: KeyFields(one).idNumber)
        }
        let kind = compared.lazy.compactMap(\.kind).first
        let isNamed = (first.verdicts + first.proposalVerdicts).contains { $0.peers.contains { $0.dossier == second.id } }
            || (second.verdicts + second.proposalVerdicts).contains { $0.peers.contains { $0.dossier == first.id } }
        guard first.id != second.id, kind != nil || isNamed else {
            throw Refusal("ruling.nothing", question: "Q61", "这两份学籍之间没有重复，无需裁定。", remedy: "请从重复学籍列表中选取同一组的两份。")
        }
        return compared.first { $0.kind == .idDuplicate }?.number ?? ""
    }

    private func check(_ ruling: Ruling, _ first: Dossier, _ second: Dossier) throws {
        guard ruling.isSound else {
            throw Refusal(
                "ruling.upheld", question: "Q63", "须指明维持两份中的哪一份。", remedy: "“同一学生重复注册”须写明保留的一份。", kind: .usage)
        }
        if ruling.finding == .different, !ruling.idNumber.isEmpty, ruling.upheld == nil {
            throw Refusal(
                "ruling.upheld", question: "Q63", "两人不能同用一个身份证号，须指明号码属于哪一份。", remedy: "请写明维持的一份；另一份由学校变更号码。", kind: .usage)
        }
        let loser = first.id == ruling.upheld ? second : first
        if ruling.finding == .same, let upheld = ruling.upheld, let winner = [first, second].first(where: { $0.id == upheld }) {
            if winner.rulings.contains(where: { $0.isAgainst(upheld) && $0.pair != ruling.pair }) {
                throw Refusal(
                    "ruling.lost", question: "Q63", "要保留的一份已在另一项裁定中认定为重复注册，不能保留。", remedy: "请改为保留该裁定维持的一份。")
            }
            if loser.formalNumber != nil, winner.formalNumber == nil {
                throw Refusal(
                    "ruling.formal", question: "Q45", "另一份已有正式学籍号，而要保留的一份没有；正式学籍号不变、不再发给他人。",
                    remedy: "请保留已有正式学籍号的一份，由两校按转学办理。")
            }
        }
    }

    private func party(_ dossier: Dossier) -> CaseParty {
        CaseParty(dossier: dossier.id, home: dossier.home, topology: transaction.directory.unit(dossier.home)?.version ?? 0)
    }

    private func nextPosition() throws -> Int64 {
        1 + (try Int64.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT max(position) FROM word WHERE writer = ? AND kind = ?"),
            arguments: [actor.unit.text, Int64(EntryKind.ruling.rawValue)]) ?? 0)
    }
}
