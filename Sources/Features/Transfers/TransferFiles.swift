import Protocol
import Rules
import Store

/// 转学附件: the files of an application, for every unit that the transfer concerns and for nobody else.
public struct TransferFiles {
    private let reading: Reading

    public init(_ reading: Reading) { self.reading = reading }

    struct Item: Encodable, Sendable {
        let hash, name, type, paper, label, at: String
        let bytes: Int
        /// Whether the bytes lie on this node.
        let here: Bool
    }

    /// What stands beside an application, in the order of its statements.
    func files(of transfer: Transfer) throws -> [Attachment] {
        let register = BlobRegister(reading)
        return try register.attachments(of: transfer.head.application, by: transfer.head.receiving)
            .filter { try register.withdrawal(of: $0) == nil }
    }

    func items(of transfer: Transfer) throws -> [Item] {
        let register = BlobRegister(reading)
        return try files(of: transfer).map { file in
            Item(
                hash: file.hash.description, name: file.name, type: file.type, paper: file.purpose,
                label: (TransferPaper(rawValue: file.purpose) ?? .other).label, at: ChinaTime.text(file.at), bytes: file.size,
                here: try register.holds(file.hash))
        }
    }

    /// What the receiving province asks for and nobody has attached.
    func missing(of transfer: Transfer) throws -> [TransferPaper] {
        let present = Set(try files(of: transfer).map(\.purpose))
        return try needed(by: transfer.head).filter { !present.contains($0.rawValue) }
    }

    func needed(by head: TransferHead) throws -> [TransferPaper] {
        guard let kind = TransferKind(from: head.releasing, to: head.receiving, in: reading.directory) else { return [] }
        let text = try PolicyShelf(reading).value("transfer.papers", for: head.receiving)
        return TransferPaperTable.needed(kind, asked: Set(text.split(separator: ",").compactMap { TransferPaper(rawValue: $0.trimmed) }))
    }

    /// Whether a file belongs to a transfer that a unit or one below it has part in.
    func concerns(_ attachment: Attachment, _ unit: UnitCode) throws -> Bool {
        guard let transfer = try TransferShelf(reading).seen(attachment.dossier, by: unit) else { return false }
        return transfer.head.receiving == attachment.by
    }

    /// The same of any file with these bytes: what the lane may give to a node below.
    public func concerns(_ hash: Digest, _ unit: UnitCode) throws -> Bool {
        try BlobRegister(reading).standing(with: hash).contains { try concerns($0, unit) }
    }

    /// Why a text is no list of papers; nil when it is one.
    static func fault(inPapers text: String) -> String? {
        let unknown = text.split(separator: ",").map(\.trimmed)
            .filter { TransferPaper(rawValue: $0).map { !TransferPaperTable.mayBeAsked($0) } ?? true }
        guard !unknown.isEmpty else { return nil }
        return "没有这些材料：" + unknown.joined(separator: "、") + "。可选 " + TransferPaperTable.rows.map { "\($0.paper.rawValue)（\($0.paper.label)）" }
            .joined(separator: "、") + "，以逗号隔开"
    }

    /// The node whose unit has to decide gets the files before anybody looks.
    func fetch(of application: DossierID, in transaction: Transaction) throws {
        guard let transfer = try TransferShelf(reading).transfer(application), transfer.state == .underWay, !transfer.station.isAutomatic,
              let holder = transfer.holder, try transaction.hosts(holder) else { return }
        for file in try files(of: transfer) {
            try BlobRegister(transaction).want(file.hash, of: file.by, size: file.size, isUrgent: true, at: transaction.now)
        }
    }
}
