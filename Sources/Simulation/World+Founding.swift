import Protocol
import Replication
import Rules

/// The first day: keys, the directory as the centre's first statement, nodes.
extension World {
    func found() {
        var secrets: [UnitCode: ModelDisk.Secret] = [:]
        for unit in WorldTree.units {
            guard let secret = mintSecret() else { continue }
            secrets[unit.code] = secret
            trueKeys[unit.code] = [secret.key.publicKey]
        }
        guard let root = secrets[.centre], let directory = firstStatement(secrets, root) else { return }
        rootKey = root.key.publicKey
        ledger.mint(directory, at: 0)
        ledger.hold(directory, at: 0)
        for unit in WorldTree.units {
            let isDormant = hosts[unit.code] != unit.code
            // Some nodes are one release behind on the first day.
            let unknown: Set<UInt32> = unit.code != .centre && dice.happens(perMille: 60) ? Self.newKinds : []
            var disk = ModelDisk(
                founding: Register(root: root.key.publicKey, unknownKinds: unknown, mutant: plan.mutant),
                secrets: secrets.filter { hosts[$0.key] == unit.code }, isCentre: unit.code == .centre)
            disk.parent = unit.competent
            disk.owner = unit.code
            let store = ModelStore(
                unit.code, disk: disk, reader: reader, mutant: plan.mutant, real: foundReal(unit, disk, root.key.publicKey))
            let parent = unit.competent.flatMap { indexOf[$0] }
            let node = Node(index: nodes.count, unit: unit.code, store: store, parent: parent)
            node.isDormant = isDormant
            node.certificate = LinkCertificate(serial: nodes.count, issuedAt: now)
            certificates = nodes.count + 1
            add(node)
            if !isDormant { store.found(directory, from: parent == nil ? nil : .parent) }
        }
        for node in present { boot(node) }
        agenda.plan(.act, at: now + 1)
        agenda.plan(.fault, at: now + 5)
    }

    /// What the release before this one does not know.
    static let newKinds: Set<UInt32> = [EntryKind.supplement.rawValue, EntryKind.incarnation.rawValue]

    private func firstStatement(_ secrets: [UnitCode: ModelDisk.Secret], _ root: ModelDisk.Secret) -> Sealed? {
        var entries = WorldTree.units.compactMap { entry(.unit, Payload.encode($0)) }
        for unit in WorldTree.units where unit.code != .centre {
            guard let secret = secrets[unit.code] else { continue }
            let enrolment = KeyEnrolment(
                unit: unit.code, publicKey: secret.key.publicKey, issuer: .centre, generation: 1, node: hosts[unit.code] ?? unit.code)
            if let entry = entry(.key, Payload.encode(enrolment)) { entries.append(entry) }
        }
        let stream = StreamID(unit: .centre, incarnation: root.incarnation, audience: .everyone)
        return (try? Envelope.seal(entries, stream: stream, after: nil, key: root.key)).flatMap { reader.read($0.bytes) }
    }

    /// The real archive of a run over real ones.
    private func foundReal(_ unit: Unit, _ disk: ModelDisk, _ root: StatementPublicKey) -> ArchiveStore? {
        guard let scratch = plan.scratch else { return nil }
        return openReal("\(scratch)/\(unit.code)", disk, unit.code, root)
    }

    func openReal(_ folder: String, _ disk: ModelDisk, _ unit: UnitCode, _ root: StatementPublicKey) -> ArchiveStore? {
        let pocket = Pocket(seed: dice.next())
        let clock = ClockFace()
        clock.set(1_700_000_000)
        let surroundings = Surroundings(now: { clock.now }, randomBytes: { pocket.bytes($0) })
        tally.isReal = true
        do {
            return try ArchiveStore(base: folder, surroundings: surroundings, forgetting: disk.register.unknownKinds) {
                try ModelStore.prepare($0, unit, disk.parent, root, disk.secrets)
            }
        } catch {
            tally.judge(.rebuildEqual, false, step: step, "the archive of \(unit): \(error)")
            return nil
        }
    }

    func mintSecret() -> ModelDisk.Secret? {
        guard let key = StatementKey(seed: dice.bytes(32)), let incarnation = Incarnation(dice.bytes(8)) else { return nil }
        return ModelDisk.Secret(key: key, incarnation: incarnation)
    }

    /// An authority that writes under an incarnation nobody knows yet says so, so that numbers can be lent to it.
    func introduce(_ node: Node) {
        guard node.isUp else { return }
        for unit in node.store.look({ $0.secrets.keys.sorted() }) where WorldTree.tier(of: unit) != .school && unit != .centre {
            let unsaid: Incarnation? = node.store.look { disk in
                guard let incarnation = disk.secrets[unit]?.incarnation else { return nil }
                return disk.streams.keys.contains { $0.unit == unit && $0.incarnation == incarnation } ? nil : incarnation
            }
            guard let unsaid else { continue }
            let opened = IncarnationOpened(unit: unit, incarnation: unsaid, at: node.clock.now)
            if let entry = entry(.incarnation, Payload.encode(opened)) { write([entry], as: unit, to: .up, node) }
        }
    }
}
