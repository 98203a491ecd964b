import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Writes one hand-over, for the old home and for the new one: the whole record, the chain's head, numbers, words, files.
struct HandOverWriter {
    let source, target: UnitCode
    /// Version of the new home's directory record.
    let targetVersion: Int
    /// The lowest authority above both.
    let writer: UnitCode
    let transaction: Transaction

    /// - Parameters:
    ///   - stand: how the dossier stands after it.
    ///   - record: as the new home gets it.
    func write(_ dossier: Dossier, standing stand: Stand, record: StudentRecord) throws {
        guard let step = try step(after: dossier, stand, record) else { return }
        let payload = Payload.encode(step)
        let act = transaction.surroundings.act()
        for school in [source, target] {
            try transaction.append(.handOver, payload, as: writer, to: .unit(school), act: act)
        }
    }

    private func step(after dossier: Dossier, _ stand: Stand, _ record: StudentRecord) throws -> Step? {
        guard let blank = Digest([UInt8](repeating: 0, count: 32)), let home = transaction.directory.unit(source) else { return nil }
        let earlier = dossier.handOver?.archive
        let facts = try DossierShelf(transaction.reading).facts(dossier.id)
        var words = (facts.words + (earlier?.words ?? DossierWords())).counting
        words.verdicts.removeAll { !transaction.directory.contains($0.by, target) }
        // What is not official yet is nobody's to carry; it follows as a word of its own.
        if try ReleaseGate.holdsBack(dossier.id, in: transaction.database) { words.numbers = [] }
        let attachments = try BlobRegister(transaction).attachments(of: dossier.id, by: dossier.home)
        return Step(
            hash: blank, dossier: dossier.id, previous: dossier.head, kind: .handOver, by: writer, nextHolder: target,
            workflow: max(Workflow.registrationWithHandOver.version, Workflow.registration(after: dossier).version),
            topology: home.version, at: transaction.now, record: record, provisionalNumber: dossier.provisionalNumber,
            archive: ArchiveHandOver(
                from: dossier.home, topology: targetVersion, stand: stand, length: dossier.length,
                supplement: max(facts.supplements.map(\.number).max() ?? 0, earlier?.supplement ?? 0), words: words,
                attachments: attachments.map { Payload.encode($0) }, roll: dossier.roll))
    }
}
