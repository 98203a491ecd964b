import Protocol
import Replication
import Rules

/// Messages that no rightful writer sent, or not here.
extension World {
    func inject(_ bytes: [UInt8], at node: Node, from neighbour: Neighbour?) {
        guard node.isUp, let source = neighbour ?? children(of: node).first.map({ .child($0.unit) }) else { return }
        _ = try? node.store.accept([bytes], from: source)
        note(node)
    }

    /// Well-formed, in a unit's name, signed by a key that is not the unit's.
    func forge(at node: Node) {
        guard let child = dice.pick(children(of: node)), let key = StatementKey(seed: dice.bytes(32)),
              let incarnation = node.store.look({ disk in disk.streams.keys.first { $0.unit == child.unit }?.incarnation }) ?? Incarnation(dice.bytes(8)),
              let entry = entry(.number, Payload.encode(IssuedNumber(
                dossier: node.store.look { $0.register.folded.keys.min() } ?? DossierID([UInt8](repeating: 1, count: 16)) ?? Self.nobody,
                number: "G-forged", cites: Hashing.sha256([1]), at: 0))),
              let honest = trueKeys[child.unit]?.last else { return }
        guard strikes(.forged, node) else { return }
        let stream = StreamID(unit: child.unit, incarnation: incarnation, audience: .up)
        guard let envelope = try? Envelope.seal(
            [entry], stream: stream, after: node.store.look { $0.head(of: stream) }, key: key), let forged = Self.claiming(envelope, honest)
        else { return }
        inject(forged, at: node, from: .child(child.unit))
    }

    static let nobody: DossierID = {
        guard let id = DossierID([UInt8](repeating: 0, count: 16)) else { preconditionFailure("16 bytes") }
        return id
    }()

    /// The forger names the honest key in the header.
    private static func claiming(_ envelope: Envelope, _ key: StatementPublicKey) -> [UInt8]? {
        let (from, to) = (envelope.keyID, key.id)
        guard let at = envelope.bytes.indices.dropLast(8).first(where: { Array(envelope.bytes[$0..<$0 + 8]) == from }) else { return nil }
        var bytes = envelope.bytes
        bytes.replaceSubrange(at..<at + 8, with: to)
        return bytes
    }

    /// An old envelope once more.
    func replay(at node: Node) {
        guard let child = dice.pick(children(of: node)) else { return }
        let old = node.store.look { disk in disk.journal.compactMap { $0?.sealed.envelope }.filter { $0.stream.unit == child.unit } }
        guard let envelope = dice.pick(old) else { return }
        guard strikes(.replayed, node) else { return }
        inject(envelope.bytes, at: node, from: .child(child.unit))
    }

    /// A true envelope brought by a child that has nothing to do with it.
    func misaddress(at node: Node) {
        let others = present.filter { other in
            !history.hasEverContained(node.unit, other.unit) && WorldTree.tier(of: other.unit) == .school
        }
        guard let other = dice.pick(others), let child = dice.pick(children(of: node)),
              let envelope = dice.pick(other.store.look { disk in
                  disk.journal.compactMap { $0?.sealed.envelope }.filter { $0.stream.unit == other.unit }
              }) else { return }
        guard strikes(.misaddressed, node) else { return }
        inject(envelope.bytes, at: node, from: .child(child.unit))
    }

    func oversize(at node: Node) {
        guard node.isUp, let endpoint = node.endpoint else { return }
        guard strikes(.oversize, node) else { return }
        let body = [UInt8](repeating: 10, count: PeerCall.requestLimit + 1)
        if case .answer(let answer) = endpoint.outcome(path: "/peer/v1/push", body: body) {
            tally.judge(.capsHold, answer.status == 413, step: step, "an oversize body gets \(answer.status)")
        }
    }

    /// No rightful verdict comes so far.
    static let rogueVerdict: Int64 = 1 << 40

    /// A unit with a good key says what is not its to say: stored, without effect.
    func rogue(at node: Node) {
        if let province = node.store.look({ $0.secrets.keys.sorted() }).first(where: { WorldTree.tier(of: $0) == .province }),
           dice.happens(perMille: 700) {
            if answerForAnother(province, at: node) { return }
            return dice.happens(perMille: 750) ? takeOver(by: province, at: node) : judgeForeign(by: province, at: node)
        }
        let schools = node.store.look { $0.secrets.keys.sorted() }.filter { WorldTree.tier(of: $0) == .school }
        if let school = dice.pick(schools), dice.happens(perMille: 300) { return claim(by: school, at: node) }
        guard node.isUp, let school = dice.pick(schools), let dossier = dice.pick(node.store.look { disk in
            let own = disk.register.folded.values.filter { $0.home == school }.sorted { $0.id < $1.id }
            let submitted = own.filter { $0.stand == .submitted }
            return submitted.isEmpty ? own : submitted
        }), let digest = dossier.keyDigest, let above = node.store.look({ $0.register.tree.unit(school)?.competent }),
        let blank = dossier.head else { return }
        guard strikes(.rogueStatement, node) else { return }
        let step = Step(
            hash: blank, dossier: dossier.id, previous: dossier.head, kind: .approve,
            by: dice.happens(perMille: 700) ? above : school, nextHolder: school, topology: 1, at: 0, provisionalNumber: "L-rogue")
        let payload = Payload.encode(step)
        ledger.rogueSteps.insert(Payload.stepHash(payload))
        let verdict = Verdict(
            dossier: dossier.id, keyDigest: digest, by: .centre, tier: .centre, position: World.rogueVerdict, problems: [], peers: [], at: 0)
        let number = IssuedNumber(dossier: dossier.id, number: "G-rogue-\(dice.below(1000))", cites: blank, at: 0)
        let entries = [entry(.step, payload), entry(.verdict, Payload.encode(verdict)), entry(.number, Payload.encode(number))]
        write(entries.compactMap { $0 }, as: school, to: .up, node)
    }

    /// A school that has learnt the ids of others' pupils and applications enters and applies under them.
    private func claim(by school: UnitCode, at node: Node) {
        let pupils = centre.store.look { $0.register.folded.values.filter { $0.home != school }.sorted { $0.id < $1.id } }
        let open = pupils.filter { $0.formalNumber == nil }
        guard node.isUp, let pupil = dice.pick(open.isEmpty ? pupils : open), let blank = pupil.head,
              let version = node.store.look({ $0.register.tree.unit(school)?.version }), strikes(.rogueStatement, node) else { return }
        let payload = Payload.encode(Step(
            hash: blank, dossier: pupil.id, previous: nil, kind: .enter, by: school, nextHolder: school, topology: version, at: node.clock.now,
            record: record()))
        ledger.rogueSteps.insert(Payload.stepHash(payload))
        var entries = [entry(.step, payload)]
        let applications = centre.store.look { $0.register.transfers.folded.values.map(\.head).filter { $0.receiving != school } }
        if let other = dice.pick(applications.sorted { $0.application < $1.application }) {
            let head = TransferHead(application: other.application, receiving: school, releasing: pupil.home)
            var step = TransferStep(
                hash: blank, head: head, previous: nil, kind: .apply, by: school, station: .receivingSchool, next: .receivingSchool,
                nextHolder: school, receivingVersion: version, releasingVersion: pupil.chain.last?.topology ?? 1, at: node.clock.now)
            step.content = TransferContent(name: "他", number: "G", idNumber: "", cohort: "20251", date: "20260901", reason: "", stay: "1")
            let payload = Payload.encode(step)
            ledger.rogueSteps.insert(Payload.transferHash(payload))
            entries.append(entry(.transferStep, payload))
        }
        write(entries.compactMap { $0 }, as: school, to: .up, node)
    }

    /// A province speaks about another one's pupil. Should the school come to it later, the word counts, as any of its own would.
    private func judgeForeign(by province: UnitCode, at node: Node) {
        let pupils = centre.store.look { disk in
            disk.register.folded.values.filter { !history.hasEverContained(province, $0.home) }.sorted { $0.id < $1.id }
        }
        guard node.isUp, let pupil = dice.pick(pupils), let digest = pupil.keyDigest, strikes(.rogueStatement, node) else { return }
        let verdict = Verdict(
            dossier: pupil.id, keyDigest: digest, by: province, tier: .province, position: World.rogueVerdict,
            problems: [], peers: [], at: 0)
        write([entry(.verdict, Payload.encode(verdict))].compactMap { $0 }, as: province, to: .up, node)
    }

    /// A province answers a question as if another one had looked; false where nobody has asked.
    private func answerForAnother(_ province: UnitCode, at node: Node) -> Bool {
        let asked = centre.store.look { disk in disk.register.inquiries.known.compactMap { id in disk.register.inquiries.file(id).map { (id, $0.inquiry.unit) } } }
        let others = WorldTree.units.map(\.code).filter { WorldTree.tier(of: $0) == .province && $0 != province }
        guard node.isUp, let (id, unit) = dice.pick(asked.filter { history.hasEverContained(province, $0.1) }), let other = dice.pick(others),
              strikes(.rogueStatement, node) else { return false }
        let answer = InquiryAnswer(id: id, unit: unit, by: province, answeredBy: other, outcome: .ambiguous, pupil: nil, at: 0)
        return write([entry(.inquiryAnswer, Payload.encode(answer))].compactMap { $0 }, as: province, to: .unit(unit), node)
    }

    /// A province records another one's school as its own, with the version that the school has or the next one.
    private func takeOver(by province: UnitCode, at node: Node) {
        let schools = WorldTree.units.map(\.code).filter { WorldTree.tier(of: $0) == .school && !history.hasEverContained(province, $0) }
        let own = WorldTree.units.map(\.code).filter { code in
            WorldTree.tree.contains(province, code) && WorldTree.tier(of: code).map { $0 != .school } ?? false
        }
        guard node.isUp, let school = dice.pick(schools), let authority = dice.pick(own),
              var record = node.store.look({ $0.register.tree.unit(school) }), strikes(.rogueStatement, node) else { return }
        record.competent = authority
        record.version += dice.below(2)
        write([entry(.unit, Payload.encode(record))].compactMap { $0 }, as: province, to: .everyone, node)
        tell("\(province) records \(school) as its own")
    }

    /// At the end every node has each school below an authority that a rightful record has named.
    func judgeRecords() {
        for node in present where node.isUp {
            for school in WorldTree.units.map(\.code) where WorldTree.tier(of: school) == .school {
                guard let competent = node.store.look({ $0.register.tree.unit(school)?.competent }) else { continue }
                let isRightful = history.competent(school, versions: 1...Int.max).contains(competent)
                tally.judge(.authorisedOnly, isRightful, step: step, "\(node.unit) has \(school) below \(competent), which nobody rightful said")
            }
        }
    }
}
