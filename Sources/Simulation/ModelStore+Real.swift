import FoundationEssentials
import GRDB
import Protocol
import Replication
import Rules
import Store

/// The model's disk follows a real archive: what the archive stored is put into the model and judged there, and where the two
/// show different things, that is a failure.
extension ModelStore {
    /// Reads what the archive has stored since, and whose keys it writes with now.
    func follow(_ real: ArchiveStore, _ state: inout State) {
        do {
            for stored in try real.envelopes(after: state.disk.followed) {
                state.disk.followed = stored.position
                guard let sealed = reader.read(stored.bytes) else { continue }
                if stored.source.isEmpty { state.news.written.append(sealed) }
                keep(sealed, from: Neighbour(source: stored.source), &state)
            }
            try followSecrets(real, &state)
            for id in state.news.touched.sorted() { try compare(id, real, &state) }
            let heads = Set(state.disk.streams.keys.compactMap { state.disk.head(of: $0) })
            if try real.heads() != heads { state.news.differs.append("the archive of \(unit) holds other streams than the model") }
        } catch { state.news.differs.append("following \(unit): \(error)") }
    }

    private func followSecrets(_ real: ArchiveStore, _ state: inout State) throws {
        let present = try real.incarnations()
        for (unit, secret) in state.disk.secrets {
            guard let incarnation = present[unit] else {
                state.disk.retire(unit)
                continue
            }
            if incarnation != secret.incarnation { state.disk.mint(incarnation, for: unit) }
        }
    }

    private func compare(_ id: DossierID, _ real: ArchiveStore, _ state: inout State) throws {
        guard let dossier = state.disk.register.folded[id] else { return }
        let face = "\(dossier.state.rawValue) \(dossier.head?.description ?? "") \(dossier.holder?.text ?? "")"
        let shown = try real.face(id)
        if shown != face { state.news.differs.append("dossier \(id) at \(unit): archive \(shown ?? "none"), model \(face)") }
    }

    func giveWay(_ stream: StreamID, to parent: StreamHead?, _ real: ArchiveStore, _ state: inout State) {
        do {
            try real.change { _ = try $0.giveWay(stream, to: parent) }
            let left = try real.heads().first { $0.stream == stream }?.sequence ?? 0
            _ = state.disk.rewind(stream, after: left, keeping: true)
        } catch { state.news.differs.append("giving way at \(unit): \(error)") }
        follow(real, &state)
    }

    /// The archive's files follow an exchange of the model's disk.
    func exchange(_ real: ArchiveStore, isRestored: Bool, _ state: inout State) throws {
        guard let copy = state.disk.copy else {
            let (secrets, parent, unit) = (state.disk.secrets, state.disk.parent, unit)
            guard let root = state.disk.register.firstKey(of: .centre) else { return }
            try real.renew { try Self.prepare($0, unit, parent, root, secrets) }
            return
        }
        if isRestored { try real.restore(from: copy) } else { try real.goBack(to: copy) }
        try followSecrets(real, &state)
    }

    /// What an archive holds before anything is stored in it.
    static func prepare(
        _ transaction: Transaction, _ unit: UnitCode, _ parent: UnitCode?, _ root: StatementPublicKey, _ secrets: [UnitCode: ModelDisk.Secret]
    ) throws {
        try transaction.setNodeText("unit", unit.text)
        if let parent { try transaction.setNodeText("parentUnit", parent.text) }
        try transaction.trustRoot(root)
        for (unit, secret) in secrets.sorted(by: { $0.key < $1.key }) {
            try transaction.keepSecret(secret.key, of: unit, incarnation: secret.incarnation)
        }
    }

    /// The unit's own streams are back.
    func endRecovery() {
        try? real?.change { _ = try $0.endRecovery() }
    }

    /// The parent holds more of a stream that is written here than we do; false without an archive to tell it to.
    func noteRolledBack(_ stream: StreamID) -> Bool {
        guard let real else { return false }
        state.withLock { state in
            do { try real.change { try $0.noteRolledBack(stream) } } catch { state.news.differs.append("\(error)") }
            follow(real, &state)
        }
        return true
    }

    /// After a start: SQLite's check, the journal's, and the tables built anew.
    func checkReal() {
        guard let real else { return }
        state.withLock { state in
            do {
                state.news.differs += try real.flaws().map { "\(unit): \($0)" }
                follow(real, &state)
            } catch { state.news.differs.append("checking \(unit): \(error)") }
        }
    }
}

extension Neighbour {
    /// As the store's column `source` names it; nil for what was written here.
    init?(source: String) {
        if source == Neighbour.parent.source { self = .parent; return }
        guard !source.isEmpty else { return nil }
        self = .child(UnitCode(source))
    }
}
