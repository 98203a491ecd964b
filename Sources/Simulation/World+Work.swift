import Protocol
import Rules

/// What people do all day: enter, amend, review, submit, approve, send back, delete, supplement.
extension World {
    static let birthDates = ["20180901", "20190115"]

    /// In some runs people turn to what leads to a number before all else: only where numbers are lent and given can they be given twice.
    var isNumberTerm: Bool { plan.seed % 3 == 1 }

    /// In some runs the centre was set up with a wrong clock, and somebody sees it while the pupils still come in.
    var isClockTerm: Bool { plan.seed % 3 == 2 }

    func act() {
        let present = present.filter { $0.isUp && $0.pausedUntil == nil }
        if dice.happens(perMille: 600), let node = dice.pick(present.filter { !$0.tempting.isEmpty }) { return fall(node) }
        if dice.happens(perMille: isTransferTerm ? 750 : 200), pursueTransfer(present) { return }
        if isNumberTerm, dice.happens(perMille: 400), pursueEnrolment(present.filter { $0.parent != nil && !$0.isRecovering }) { return }
        if dice.happens(perMille: 450) {
            for _ in 0..<4 {
                guard let node = dice.pick(present), node.unit != .centre, WorldTree.tier(of: node.unit) != .school else { continue }
                if actAtAuthority(node.unit, node) { return }
            }
        }
        guard let node = dice.pick(present) else { return }
        let units = node.store.look { $0.secrets.keys.sorted() }
        guard let unit = dice.pick(units) else { return }
        act(as: unit, at: node)
        if node.index < Self.cloneBase, let clone = clones[node.index], clone.isUp, dice.happens(perMille: 300) {
            actAtSchool(unit, clone)
        }
    }

    /// Goes on with a dossier as if nothing had happened, at a node whose disk went back or that has a copy beside it.
    private func fall(_ node: Node) {
        guard let id = dice.pick(node.tempting) else { return }
        if dice.happens(perMille: 200) { node.tempting = [] }
        let beside = node.index < Self.cloneBase ? clones[node.index] : nil
        for place in [node, beside].compactMap({ $0 }) where place.isUp {
            guard let dossier = place.store.look({ $0.register.folded[id] }), let holder = dossier.holder,
                  place.store.look({ $0.secrets[holder] != nil }) else { continue }
            if WorldTree.tier(of: holder) == .school {
                if !place.isRecovering { goOn(with: dossier, holder, place) }
            } else if holder != .centre {
                _ = actAtAuthority(holder, place, dossier)
            }
        }
    }

    private func act(as unit: UnitCode, at node: Node) {
        if WorldTree.tier(of: unit) == .school { return actAtSchool(unit, node) }
        if !actAtAuthority(unit, node), let school = dice.pick(node.store.look({ $0.secrets.keys.sorted() }).filter { WorldTree.tier(of: $0) == .school }) {
            actAtSchool(school, node)
        }
    }

    private func actAtSchool(_ unit: UnitCode, _ node: Node) {
        guard WorldTree.tier(of: unit) == .school, !isClosed(unit, at: node) else { return }
        if !node.isRecovering, dice.happens(perMille: 80), inquire(unit, node) { return }
        if !node.isRecovering, dice.happens(perMille: 300), transferAtSchool(unit, node) { return }
        let own = node.store.look { disk in disk.register.folded.values.filter { $0.home == unit }.sorted { $0.id < $1.id } }
        guard own.count > 1, !node.isRecovering, !dice.happens(perMille: own.count > 6 ? 30 : 200), let dossier = dice.pick(own) else {
            return enter(unit, node)
        }
        if let next = dice.pick(own.filter { $0.state == .enrolled }), dice.happens(perMille: 700) { return goOn(with: next, unit, node) }
        let ready = own.filter { [.clean, .reviewed, .returned].contains($0.state) || $0.openCase?.stand == .rollChangePrepared }
        if let next = dice.pick(ready), dice.happens(perMille: 700) { return goOn(with: next, unit, node) }
        if dice.happens(perMille: 200) { return supplement(dossier, unit, node) }
        goOn(with: dossier, unit, node)
    }

    func goOn(with dossier: Dossier, _ unit: UnitCode, _ node: Node) {
        switch dossier.state {
        case .clean: take(.review, in: dossier, unit, node)
        case .reviewed where dice.happens(perMille: 100): take(.withdraw, in: dossier, unit, node)
        case .reviewed: if take(.submit, in: dossier, unit, node), dice.happens(perMille: 300) { askForOverride(dossier.id, unit, node) }
        case .returned, .problem: take(dice.happens(perMille: 200) ? .delete : .amend, in: dossier, unit, node)
        case .unchecked where dice.happens(perMille: 200): take(.amend, in: dossier, unit, node)
        case .enrolled where dossier.openCase != nil || dice.happens(perMille: 600): changeRoll(dossier, unit, node)
        case .enrolled where dice.happens(perMille: 100): take(.applyForDeletion, in: dossier, unit, node)
        default: supplement(dossier, unit, node)
        }
    }

    /// False when there is nothing to decide.
    func actAtAuthority(_ unit: UnitCode, _ node: Node, _ chosen: Dossier? = nil) -> Bool {
        guard !node.isRecovering else { return true }
        if chosen == nil, WorldTree.tier(of: unit) == .province, override(unit, node) || overrideTransfer(unit, node) { return true }
        if chosen == nil, dice.happens(perMille: 500), transferAtAuthority(unit, node) { return true }
        let waiting = node.store.look { disk in disk.register.folded.values.filter { $0.holder == unit }.sorted { $0.id < $1.id } }
        guard let dossier = chosen ?? dice.pick(waiting) else { return false }
        switch dossier.state {
        case .submitted: take(dice.happens(perMille: 120) ? .sendBack : .approve, in: dossier, unit, node)
        case .enrolled where dossier.openCase?.stand == .rollChangeSubmitted:
            take(dice.happens(perMille: 200) ? .sendBackCase : .approveRollChange, in: dossier, unit, node)
        case .enrolled where dossier.openCase?.stand == .transferAccepted:
            guard let transfer = node.store.look({ $0.register.transfers.transfer(of: dossier) }) else { return false }
            return decide(dossier, transfer, by: unit, isApproval: dice.happens(perMille: 800), node)
        case .deletionRequested: take(dice.happens(perMille: 500) ? .refuseDeletion : .confirmDeletion, in: dossier, unit, node)
        default: return false
        }
        return true
    }

    func record() -> StudentRecord {
        personCount += 1
        var values: [StudentField: String] = [
            .name: "生\(personCount)", .sex: dice.happens(perMille: 500) ? "1" : "2",
            .birthDate: Self.birthDates[dice.below(Self.birthDates.count)], .idType: "Z",
        ]
        // The centre's word changes where a second pupil comes with a number that is known: more often where its clock is wrong.
        if dice.happens(perMille: isClockTerm ? 600 : 350) {
            values[.idType] = "1"
            if let known = dice.pick(idNumbers), dice.happens(perMille: isClockTerm ? 500 : 250) {
                values[.idNumber] = known
            } else {
                let number = Self.idNumber(personCount, birth: values[.birthDate] ?? "")
                idNumbers.append(number)
                values[.idNumber] = number
            }
        }
        return StudentRecord(values)
    }

    /// Well formed, with its check digit.
    private static func idNumber(_ count: Int, birth: String) -> String {
        let tail = String(1000 + count % 9000).suffix(3)
        let body = "330102" + birth + tail
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(body.utf8, weights).reduce(0) { $0 + Int($1.0 - 48) * $1.1 }
        return body + ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum % 11]
    }

    func enter(_ unit: UnitCode, _ node: Node) {
        guard let row = Workflow.registration.row(.enter, from: .none), row.by == .homeSchool else { return }
        var entries: [Entry] = []
        for _ in 0..<(dice.happens(perMille: 150) ? 4 : 1) {
            guard let act = ActID(dice.bytes(16)), let blank = Digest([UInt8](repeating: 0, count: 32)) else { return }
            let step = Step(
                hash: blank, dossier: .own(of: unit, act), previous: nil, kind: .enter, by: unit, nextHolder: unit,
                topology: node.store.look { $0.register.tree.unit(unit)?.version ?? 1 }, at: node.clock.now, record: record())
            entries.append(Entry(act: act, kind: .step, payload: Payload.encode(step)))
        }
        if dice.happens(perMille: 20), let poison = entry(.schoolClass, Array("poison".utf8)), strikes(.poison, node) {
            entries.insert(poison, at: 0)
        }
        write(entries, as: unit, to: .up, node)
    }

    func entry(_ kind: EntryKind, _ payload: [UInt8]) -> Entry? {
        ActID(dice.bytes(16)).map { Entry(act: $0, kind: kind, payload: payload) }
    }

    private func supplement(_ dossier: Dossier, _ unit: UnitCode, _ node: Node) {
        guard !isClosed(unit, at: node) else { return }
        let known = node.store.look { disk in
            disk.register.facts[dossier.id]?.supplements.filter { $0.by == unit }.map(\.number).max() ?? 0
        }
        let number = 1 + max(known, dossier.handOver?.archive?.supplement ?? 0)
        let supplement = Supplement(dossier: dossier.id, by: unit, number: number, changes: [.phone: "\(dice.below(10_000))"])
        guard let entry = entry(.supplement, Payload.encode(supplement)) else { return }
        write([entry], as: unit, to: .up, node)
    }

    /// A step by the table.
    @discardableResult
    func take(_ kind: StepKind, in dossier: Dossier, _ unit: UnitCode, _ node: Node, opening: CaseOpening? = nil) -> Bool {
        guard let (row, table) = row(of: kind, in: dossier, unit, node, opening: opening) else { return false }
        return take(row, of: table, in: dossier, unit, node, opening: opening)
    }

    /// The row of a step that a unit may take now.
    func row(
        of kind: StepKind, in dossier: Dossier, _ unit: UnitCode, _ node: Node, opening: CaseOpening? = nil
    ) -> (Transition, Workflow)? {
        let tree = node.store.look { $0.register.tree }
        let table = Workflow.registration(after: dossier, taking: kind)
        guard let row = table.row(kind, from: dossier.stand), dossier.holder == unit || row.effects.contains(.withoutPen),
              Workflow.isTaker(unit, of: row, home: dossier.home, holder: dossier.holder, parties: parties(opening, dossier), in: tree),
              mayTake(row, in: dossier, node) else { return nil }
        return (row, table)
    }

    private func parties(_ opening: CaseOpening?, _ dossier: Dossier) -> [UnitCode] {
        (opening ?? dossier.openCase?.opening)?.parties.map(\.home) ?? []
    }

    /// The guards that matter here.
    func mayTake(_ row: Transition, in dossier: Dossier, _ node: Node) -> Bool {
        let transfer = node.store.look { $0.register.transfers.transfer(of: dossier) }
        return row.guards.allSatisfy { condition in
            switch condition {
            case .cleanVerdict: dossier.isClean(atLeast: .centre)
            case .noProblem: dossier.problems.isEmpty
            case .noFormalNumber: dossier.formalNumber == nil
            case .requested: dossier.overrideRequest != nil || transfer?.request != nil
            case .transferable: dossier.transferObstacle == nil
            case .notWithdrawn: transfer?.withdrawal == nil
            case .deathRegistered: dossier.roll.status.isTerminal
            case .proofs, .registrationOpen, .routeComplete, .recordValid, .changeAllowed, .certificate, .overdue: true
            // The world's schools open no other cases.
            case .problemKnown, .disputable, .inGroup, .evidence, .notOursAlone, .groupReached, .problemSettled, .ruledAgainst,
                 .fieldsControlled, .proposalChecked, .proposalClean, .proposalSettled: false
            }
        }
    }

    func take(
        _ row: Transition, of table: Workflow, in dossier: Dossier, _ unit: UnitCode, _ node: Node, opening: CaseOpening? = nil
    ) -> Bool {
        guard let entry = entry(row, of: table, in: dossier, unit, node, opening: opening) else { return false }
        if !isFerrying { snapshotBefore(unit, node) }
        return write([entry], as: unit, to: unit == dossier.home ? .up : .unit(dossier.home), node)
    }

    /// A step ready to be written; nil where a number is lacking.
    func entry(
        _ row: Transition, of table: Workflow, in dossier: Dossier, _ unit: UnitCode, _ node: Node, opening: CaseOpening? = nil
    ) -> Entry? {
        let tree = node.store.look { $0.register.tree }
        guard !isClosed(unit, at: node), let blank = Digest([UInt8](repeating: 0, count: 32)) else { return nil }
        var number: String?
        if row.effects.contains(.drawProvisionalNumber) {
            number = dossier.provisionalNumber ?? draw(for: dossier, unit, node)
            guard number != nil else { return nil }
        }
        var record: StudentRecord?
        if row.effects.contains(.newRecord) {
            record = dossier.record
            if dice.happens(perMille: 600) { personCount += 1; record?[.name] = "生\(personCount)" }
        }
        let step = Step(
            hash: blank, dossier: dossier.id, previous: dossier.head, kind: row.step, by: unit,
            nextHolder: Workflow.resolve(row.holder, home: dossier.home, holder: dossier.holder, parties: parties(opening, dossier), in: tree),
            workflow: table.version,
            topology: tree.unit(dossier.home)?.version ?? 1, at: node.clock.now, record: record, provisionalNumber: number,
            reason: row.effects.contains(.reason) ? "请核对" : nil, opening: opening)
        return entry(row.step.isOfCase ? .caseStep : .step, Payload.encode(step))
    }

    /// Whether a unit is closed as far as a node knows.
    func isClosed(_ unit: UnitCode, at node: Node) -> Bool { node.store.look { $0.register.tree.unit(unit)?.isClosed ?? false } }

    /// A free number at random from the leases of this incarnation.
    private func draw(for dossier: Dossier, _ unit: UnitCode, _ node: Node) -> String? {
        let free: [String] = node.store.look { disk in
            let incarnation = disk.secrets[unit]?.incarnation
            return disk.register.leases.filter {
                $0.holder == unit && $0.birthDates.contains(dossier.record.birthDate)
                    && ($0.incarnation == incarnation || plan.mutant == .leaseOutlivesIncarnation)
            }.flatMap { lease in lease.tails.map { Self.provisional(lease.division, dossier.record.birthDate, $0) } }
                .filter { disk.register.numbers[$0] == nil }
        }
        return dice.pick(free)
    }

    static func provisional(_ division: String, _ birth: String, _ tail: Int) -> String {
        "L" + division + birth + String(10_000 + tail).dropFirst()
    }

    /// The one way in for what people write: told as saved when it returns true.
    @discardableResult
    func write(_ entries: [Entry], as unit: UnitCode, to audience: Audience, _ node: Node) -> Bool {
        write([(entries, audience)], as: unit, node)
    }

    @discardableResult
    func write(_ pieces: [(entries: [Entry], audience: Audience)], as unit: UnitCode, _ node: Node) -> Bool {
        let entries = pieces.flatMap(\.entries)
        guard !entries.isEmpty else { return false }
        tick(node)
        let before = node.store.look { $0.journal.count }
        do { try node.store.write(pieces, as: unit) } catch {
            if case DiskFault.crashed = error {
                tally.faults[.killInTransaction, default: 0] += 1
                kill(node, for: dice.seconds(1...100))
            }
            return false
        }
        checkRight(unit, entries, node)
        node.store.look { disk in disk.journal[before...].compactMap { $0?.sealed } }.forEach {
            ledger.mint($0, at: node.index % Self.cloneBase)
            if node.isSuperseded { ledger.tainted.insert($0.envelope.hash) }
        }
        tell("\(unit) at \(node.unit) writes \(entries.count) of kind \(entries[0].kind) to \(pieces[0].audience.text)")
        note(node)
        return true
    }

    /// Whether the node may write so at all: its key is the unit's youngest, and after a restore it takes in new pupils only.
    private func checkRight(_ unit: UnitCode, _ entries: [Entry], _ node: Node) {
        let isYoungest = node.store.look { disk in disk.secrets[unit].map { !disk.register.isSuperseded($0.key.publicKey, of: unit) } ?? false }
        let isOurs = isYoungest && stands(node.unit, above: unit, at: node)
        tally.judge(.authorisedOnly, isOurs, step: step, "\(node.unit) writes for \(unit), which works elsewhere")
        guard node.isBehind, node.index < Self.cloneBase else { return }
        let isNew = entries.allSatisfy { entry in
            guard [EntryKind.step.rawValue, EntryKind.caseStep.rawValue].contains(entry.kind), let step = Payload.step(entry.payload) else { return true }
            // What a thief says with the unit's key asks for no recovery.
            return step.kind == .enter || ledger.stepOfAct[entry.act] != nil || ledger.rogueSteps.contains(Payload.stepHash(entry.payload))
        }
        tally.judge(.onePenOneHome, isNew, step: step, "\(unit) goes on with old dossiers before its streams are back")
    }
}
