import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What a node does by itself about applications: the lowest common authority carries each side's facts to the other, the centre
/// passes on, and the owning node answers at once what cannot be (Q80).
public struct TransferDesk: Office {
    static let office = "transfers"
    /// Applications of one transaction.
    static let batch = 100

    private let isOpen: @Sendable () -> Bool
    public let migrations: [(name: String, sql: String)] = []

    /// - Parameter isOpen: false while the boot fence is up.
    public init(isOpen: @escaping @Sendable () -> Bool = { true }) { self.isOpen = isOpen }

    /// A change about a pupil may answer an application that waits for the school.
    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard dossier.stand != .entered, dossier.stand != .reviewed else { return }
        try transaction.database.cachedStatement(sql: """
            INSERT OR IGNORE INTO errand (office, subject, at)
            SELECT ?, id, ? FROM transfer WHERE releasing = ? AND station = 'releasingSchool' AND state = 'underWay'
            """).execute(arguments: [Self.office, transaction.now, dossier.home.text])
    }

    public func work(in transaction: Transaction) throws -> Bool {
        try noteClosed(in: transaction)
        let due = try transaction.errands(of: Self.office, limit: Self.batch)
        // From a store that may have gone back, something could be said for the second time.
        guard !due.isEmpty, isOpen(), transaction.isProvenFresh else { return false }
        for subject in due {
            // First, so that what is done here and has to be looked at again is.
            try transaction.endErrand(of: Self.office, subject)
            if let id = DossierID(subject) { try treat(id, in: transaction) }
        }
        return true
    }

    /// Applications that wait for a school which has been closed since: whoever is over it here answers.
    private func noteClosed(in transaction: Transaction) throws {
        let rows = try Row.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT t.id, u.competent FROM transfer t JOIN unit u ON u.code = t.releasing
                WHERE u.closed = 1 AND t.station = 'releasingSchool' AND t.state = 'underWay'
                """))
        for row in rows {
            guard let authority = (row["competent"] as String?).map({ UnitCode($0) }), try transaction.hosts(authority) else { continue }
            try transaction.errand(Self.office, Array(row["id"] as Data))
        }
    }

    private func treat(_ id: DossierID, in transaction: Transaction) throws {
        guard let transfer = try TransferShelf(transaction.reading).transfer(id) else { return }
        if transfer.state == .underWay, let holder = transfer.holder {
            switch transfer.station {
            case .forwarding where try transaction.hosts(holder): try forward(transfer, as: holder, in: transaction)
            case .releasingSchool: try answer(transfer, in: transaction)
            default: break
            }
        }
        try TransferCarrier(transaction: transaction).carry(id)
        try TransferFiles(transaction.reading).fetch(of: id, in: transaction)
    }

    /// 中央转发: first to the receiving province where the releasing one's policy asks for it. A school that was given to another
    /// authority meanwhile may have brought both under one province, where nothing is passed on: then it goes back.
    private func forward(_ transfer: Transfer, as unit: UnitCode, in transaction: Transaction) throws {
        let shelf = TransferShelf(transaction.reading)
        let route = shelf.route(transfer.head)
        let writer = TransferWriter(actor: .localOperator(of: unit), transaction: transaction)
        guard route?.stop(.forwarding) != nil else { return try writer.sendBack(transfer, reason: TransferRefusals.moved) }
        let province = transfer.hasProvinceSpoken ? nil : route?.stop(.receivingProvince)
        let isAsked = try province != nil && shelf.asksProvinces(transfer)
        try writer.forward(transfer, backTo: isAsked ? province : nil)
    }

    /// What cannot be is answered by the node that has the pupil, without waiting for anybody; whether the pupil is given is the
    /// school's to say. For a closed school the authority over it answers.
    private func answer(_ transfer: Transfer, in transaction: Transaction) throws {
        let school = transfer.head.releasing
        if let unit = transaction.directory.unit(school), unit.isClosed {
            guard let authority = unit.competent, try transaction.hosts(authority) else { return }
            let text = try transaction.reading.closedText(unit)
            return try TransferWriter(actor: .localOperator(of: authority), transaction: transaction)
                .sendBack(transfer, reason: text.message + "请撤销后向并入的学校申请。")
        }
        guard try transaction.hosts(school) else { return }
        let check = TransferCheck(reading: transaction.reading, today: transaction.surroundings.today)
        do {
            try check.mayLeave(try check.pupil(transfer.content, of: school), transfer)
        } catch let refusal as Refusal {
            try TransferWriter(actor: .localOperator(of: school), transaction: transaction).sendBack(transfer, reason: refusal.message)
        }
    }
}

/// Says each fact again for the school that its own stream does not reach: schools speak only to those above them.
struct TransferCarrier {
    let transaction: Transaction

    func carry(_ id: DossierID) throws {
        guard let transfer = try TransferShelf(transaction.reading).transfer(id), transfer.isSubmitted,
              let common = transaction.directory.lowestCommonAuthority(transfer.head.receiving, transfer.head.releasing),
              try transaction.hosts(common) else { return }
        let rows = try Row.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT f.hash, f.kind, f.payload, group_concat(c.school) AS schools FROM transfer_fact f JOIN transfer_copy c ON c.hash = f.hash
                WHERE f.application = ? GROUP BY f.hash ORDER BY f.hash
                """), arguments: [Data(id.bytes)])
        for row in rows {
            guard let kind = EntryKind(rawValue: row["kind"]) else { continue }
            let (hash, payload) = (Array(row["hash"] as Data), Array(row["payload"] as Data))
            if kind == .transferFile, try isTakenBack(payload) { continue }
            if kind == .transferStep, let digest = Digest(hash), !transfer.carries(step: digest) { continue }
            let present = Set((row["schools"] as String).split(separator: ",").map(String.init))
            for school in [transfer.head.receiving, transfer.head.releasing] where !present.contains(school.text) {
                // The same act however often it is carried there.
                let act = ActID(Hashing.sha256(Array("carried\n".utf8) + hash + Array(school.text.utf8)).bytes.prefix(16))
                try transaction.append(kind, payload, as: common, to: .unit(school), act: act)
            }
        }
    }

    private func isTakenBack(_ payload: [UInt8]) throws -> Bool {
        guard let (_, file) = Payload.transferFile(payload) else { return false }
        return try BlobRegister(transaction).withdrawal(of: file) != nil
    }
}
