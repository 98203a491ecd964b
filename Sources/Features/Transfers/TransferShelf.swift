import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Reads the facts about transfers and folds them.
struct TransferShelf {
    let reading: Reading

    init(_ reading: Reading) { self.reading = reading }

    func facts(_ application: DossierID) throws -> TransferFacts {
        var facts = TransferFacts()
        let rows = try Row.fetchAll(
            reading.database.cachedStatement(sql: "SELECT kind, payload FROM transfer_fact WHERE application = ? ORDER BY hash"),
            arguments: [Data(application.bytes)])
        for row in rows {
            let payload = Array(row["payload"] as Data)
            switch EntryKind(rawValue: row["kind"]) {
            case .transferStep: Payload.transferStep(payload).map { facts.steps.append($0) }
            case .transferWithdrawal: Payload.transferWithdrawal(payload).map { facts.withdrawals.append($0) }
            case .transferNotice: Payload.transferNotice(payload).map { facts.notices.append($0) }
            case .transferRequest: Payload.transferRequest(payload).map { facts.requests.append($0) }
            default: break
            }
        }
        return facts
    }

    /// The transfer as it stands; nil while its first step is not here.
    func transfer(_ application: DossierID) throws -> Transfer? {
        try TransferFold.transfer(facts(application), topology: reading.directory)
    }

    /// The same where the unit is concerned: it is one of the two schools, or stands above one.
    func seen(_ application: DossierID, by unit: UnitCode) throws -> Transfer? {
        guard let transfer = try transfer(application), Self.concerns(transfer.head, unit, reading.directory) else { return nil }
        // What the receiving school has only prepared is its own and its authorities'.
        let isOwn = reading.directory.contains(unit, transfer.head.receiving)
        return isOwn || transfer.isSubmitted ? transfer : nil
    }

    static func concerns(_ head: TransferHead, _ unit: UnitCode, _ directory: UnitDirectory) -> Bool {
        directory.contains(unit, head.receiving) || directory.contains(unit, head.releasing)
    }

    /// The application on which the open case of a dossier rests.
    func transfer(of dossier: Dossier) throws -> Transfer? {
        guard let open = dossier.openCase, open.stand.isTransfer, let party = open.opening.parties.first else { return nil }
        return try transfer(party.dossier)
    }

    /// Where a pupil is about to go: of the transfer that his school has accepted, or has before it; nil where there is none.
    func receivingSchool(of dossier: Dossier) throws -> UnitCode? {
        if let transfer = try transfer(of: dossier) { return transfer.head.receiving }
        let waiting = try Data.fetchAll(
            reading.database.cachedStatement(sql: """
                SELECT id FROM transfer WHERE releasing = ? AND station = 'releasingSchool' AND state = 'underWay' ORDER BY since, id
                """), arguments: [dossier.home.text]).compactMap { DossierID($0) }
        for id in waiting {
            guard let transfer = try transfer(id), Self.names(transfer.content, dossier) else { continue }
            return transfer.head.receiving
        }
        return nil
    }

    private static func names(_ content: TransferContent, _ dossier: Dossier) -> Bool {
        guard KeyText.name(content.name) == KeyText.name(dossier.record.name) else { return false }
        return content.number.isEmpty ? KeyText.number(content.idNumber) == KeyText.number(dossier.record.idNumber) : content.number == dossier.number
    }

    /// The order of units, by the directory as it is here.
    func route(_ head: TransferHead) -> TransferRoute? {
        TransferRoute(from: head.releasing, to: head.receiving, in: reading.directory)
    }

    /// Whether the policy of either province asks for the stations that are by policy. What the other province has set is known to
    /// the node that stands above both, and from what has been done.
    func asksProvinces(_ transfer: Transfer) throws -> Bool {
        if transfer.hasProvinceSpoken { return true }
        let policies = PolicyShelf(reading)
        // The other side's settings have not come here: unset is not on.
        return try [transfer.head.receiving, transfer.head.releasing].contains { school in
            guard try Self.knowsPolicies(of: school, reading) else { return false }
            return try policies.isOn("transfer.provinceStep", for: school)
        }
    }

    /// Settings go down from their province: a node below another one does not have them.
    private static func knowsPolicies(of school: UnitCode, _ reading: Reading) throws -> Bool {
        guard let own = try reading.ownUnit(), let province = reading.directory.province(of: school) else { return false }
        return reading.directory.contains(province, own) || reading.directory.contains(own, province)
    }
}
