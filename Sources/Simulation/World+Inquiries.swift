import Protocol
import Rules

/// 转学查询: schools ask for pupils that they do not hold, the offices of the authorities answer, who is not answered in time ends it.
extension World {
    /// Days that an answer is waited for.
    private static let wait = 12
    /// Days by which an asker's clock may be ahead.
    private static let ahead = 1

    // MARK: People

    func inquire(_ unit: UnitCode, _ node: Node) -> Bool {
        let pupils = centre.store.look { disk in
            disk.register.folded.values.filter { $0.home != unit && $0.number != nil && $0.stand != .deleted }.sorted { $0.id < $1.id }
        }
        guard let pupil = dice.pick(pupils), let number = pupil.number else { return false }
        let isByID = pupil.record.hasResidentID && dice.happens(perMille: 300)
        let asked = dice.happens(perMille: 200) ? number + "9" : isByID ? pupil.record.idNumber : number
        let provinces = WorldTree.units.map(\.code).filter { WorldTree.tier(of: $0) == .province }
        let today = Self.day(node.clock.now)
        let inquiry = Inquiry(
            unit: unit, name: KeyText.name(pupil.record.name), number: KeyText.number(asked), key: isByID ? .idNumber : .studentNumber,
            province: dice.happens(perMille: 250) ? dice.pick(provinces) : nil, at: node.clock.now,
            lastDay: CalendarDate(daysSince1970: today + Self.wait), salt: dice.bytes(16))
        let payload = Payload.encode(inquiry)
        guard Payload.inquiry(payload) != nil, let entry = entry(.inquiry, payload) else { return false }
        return write([entry], as: unit, to: .up, node)
    }

    private static func day(_ time: Int64) -> Int { CalendarDate(secondsSince1970: time).daysSince1970 }

    // MARK: Offices

    func workOnInquiries(_ node: Node) {
        guard !isAnswering, node.isUp, node.pausedUntil == nil, node.index < Self.cloneBase, node.store.fault == nil, !node.isRecovering,
              !node.isBehind, !node.wentBack, !node.isRefilling, !node.store.look({ $0.register.inquiries.known.isEmpty && $0.register.inquiries.errands.isEmpty })
        else { return }
        isAnswering = true
        defer { isAnswering = false }
        if now - node.triedInquiries > 600 {
            node.triedInquiries = now
            _ = tryInquiriesAgain(node)
        }
        if node.parent != nil || node.isFenceOpen {
            var left = node.store.changeUnheard { $0.takeInquiryErrands() }
            for id in left.sorted() {
                var acts = 0
                while acts < 8, answerOne(id, node) { acts += 1 }
                guard node.store.fault == nil, node.isUp else { return node.store.changeUnheard { $0.giveBackInquiries(left) } }
                left.remove(id)
            }
        } else if plan.mutant == .inquiriesForgotten {
            _ = node.store.changeUnheard { $0.takeInquiryErrands() }
        }
        endOverdue(node)
    }

    /// What nobody has answered is tried again from time to time: whose turn it is follows from where the pupil and his number are known, and
    /// both may still be on their way, or the asker may have moved.
    /// - Returns: whether there was anything.
    func tryInquiriesAgain(_ node: Node) -> Bool {
        guard plan.mutant != .inquiryTriedOnce else { return false }
        let open = node.store.look { disk in
            disk.register.inquiries.known.filter { disk.register.inquiries.file($0).map { $0.answer == nil && !$0.isExpired } ?? false }
        }
        guard !open.isEmpty else { return false }
        node.store.changeUnheard { $0.giveBackInquiries(Set(open)) }
        return true
    }

    /// One thing that is this node's to do; false when there is none.
    private func answerOne(_ id: Digest, _ node: Node) -> Bool {
        let seen: (file: InquiryBook.File?, tree: UnitTree) = node.store.look { ($0.register.inquiries.file(id), $0.register.tree) }
        guard let file = seen.file else { return false }
        if node.heard[id] == nil { node.heard[id] = node.clock.now }
        for authority in seen.tree.path(of: file.inquiry.unit).dropFirst() where node.store.look({ $0.secrets[authority] != nil }) {
            if authority == .centre ? actAsCentre(id, file, node) : answer(id, file, as: authority, node) { return true }
        }
        for forward in file.forwards where node.store.look({ $0.secrets[forward.to] != nil }) {
            guard !file.answers.contains(where: { $0.isUp && $0.answer.by == forward.to }), !isOver(file.inquiry, heard: forward.at, node) else { continue }
            if say(id, file, hits(file.inquiry, under: forward.to, node), as: forward.to, to: .up, node) { return true }
        }
        return false
    }

    /// By the clock of whoever answers; a time of asking that cannot be true gives way to the one at which it came. Days are counted by clocks and
    /// by nothing else, so that nothing is ever over where two scripts of wrong clocks are compared.
    private func isOver(_ inquiry: Inquiry, heard: Int64, _ node: Node) -> Bool {
        guard plan.clockScript == nil else { return false }
        let (asked, came) = (Self.day(inquiry.at), Self.day(heard))
        let start = came - Self.wait <= asked && asked <= came + Self.ahead ? asked : came
        guard start + Self.wait < Self.day(node.clock.now) else { return false }
        ledger.letLie.insert(Hashing.sha256(Payload.encode(inquiry)))
        return true
    }

    private func isOver(_ id: Digest, _ inquiry: Inquiry, _ node: Node) -> Bool { isOver(inquiry, heard: node.heard[id] ?? node.clock.now, node) }

    private func hits(_ inquiry: Inquiry, under authority: UnitCode, _ node: Node) -> [Dossier] {
        node.store.look { disk in
            disk.register.folded.values.filter { dossier in
                guard let number = dossier.number, dossier.stand != .deleted, disk.register.tree.contains(authority, dossier.home),
                      KeyText.name(dossier.record.name) == inquiry.name else { return false }
                return KeyText.number(inquiry.key == .idNumber ? dossier.record.idNumber : number) == inquiry.number
            }.sorted { $0.id < $1.id }
        }
    }

    /// Within its own subtree, where nobody further below is above both; a province that the asker has named answers in any case.
    private func answer(_ id: Digest, _ file: InquiryBook.File, as authority: UnitCode, _ node: Node) -> Bool {
        guard !hasAnswered(file, authority), !isOver(id, file.inquiry, node) else { return false }
        let hits = hits(file.inquiry, under: authority, node)
        guard hits.isEmpty ? file.inquiry.province == authority : common(file, hits, node) == authority else { return false }
        return say(id, file, hits, as: authority, to: .unit(file.inquiry.unit), node)
    }

    private func hasAnswered(_ file: InquiryBook.File, _ authority: UnitCode) -> Bool {
        file.answers.contains { !$0.isUp && $0.answer.by == authority }
    }

    private func common(_ file: InquiryBook.File, _ hits: [Dossier], _ node: Node) -> UnitCode? {
        node.store.look { $0.register.tree.lowestCommonAuthority(of: [file.inquiry.unit] + hits.map(\.home)) }
    }

    private func actAsCentre(_ id: Digest, _ file: InquiryBook.File, _ node: Node) -> Bool {
        guard !hasAnswered(file, .centre) else { return false }
        let asker = Audience.unit(file.inquiry.unit)
        if let answer = file.answersOfForwards.max(by: { $0.outcome < $1.outcome }) {
            return say(id, file, answer.outcome, answer.pupil, as: .centre, answeredBy: answer.by, to: asker, node)
        }
        guard file.forwards.isEmpty, !file.answers.contains(where: { !$0.isUp }), !isOver(id, file.inquiry, node) else { return false }
        let tree = node.store.look { $0.register.tree }
        let own = tree.province(of: file.inquiry.unit)
        if let named = file.inquiry.province { return named != own && pass(id, file, to: named, node) }
        let hits = hits(file.inquiry, under: .centre, node)
        guard hits.isEmpty || common(file, hits, node) == .centre else { return false }
        let provinces = Set(hits.map { tree.province(of: $0.home) })
        if provinces.count == 1, let only = provinces.first, let province = only { return pass(id, file, to: province, node) }
        return say(id, file, hits, as: .centre, to: asker, node)
    }

    private func pass(_ id: Digest, _ file: InquiryBook.File, to province: UnitCode, _ node: Node) -> Bool {
        let forward = InquiryForward(inquiry: Payload.encode(file.inquiry), to: province, at: node.clock.now)
        let notice = InquiryNotice(
            id: id, unit: file.inquiry.unit, by: .centre, event: .forwarded, place: province, since: nil, at: node.clock.now)
        guard let first = entry(.inquiryForward, Payload.encode(forward)), let second = entry(.inquiryNotice, Payload.encode(notice)) else { return false }
        return write([([first], .unit(province)), ([second], .unit(file.inquiry.unit))], as: .centre, node)
    }

    private func say(_ id: Digest, _ file: InquiryBook.File, _ hits: [Dossier], as unit: UnitCode, to audience: Audience, _ node: Node) -> Bool {
        let outcome: InquiryAnswer.Outcome = hits.isEmpty ? .notFound : hits.count == 1 ? .found : .ambiguous
        let pupil = hits.count == 1 ? hits.first.map { Self.card($0) } : nil
        return say(id, file, outcome, pupil, as: unit, answeredBy: unit, to: audience, node)
    }

    static func card(_ dossier: Dossier) -> FoundPupil {
        FoundPupil(
            school: dossier.home, schoolName: dossier.home.text, stage: 0, grade: "", state: dossier.state.rawValue, stateLabel: dossier.state.rawValue,
            hasOpenCase: dossier.openCase != nil, sex: dossier.record.sex, birthYear: String(dossier.record.birthDate.prefix(4)))
    }

    private func say(
        _ id: Digest, _ file: InquiryBook.File, _ outcome: InquiryAnswer.Outcome, _ pupil: FoundPupil?, as unit: UnitCode,
        answeredBy: UnitCode, to audience: Audience, _ node: Node
    ) -> Bool {
        let answer = InquiryAnswer(
            id: id, unit: file.inquiry.unit, by: unit, answeredBy: answeredBy, outcome: outcome, pupil: pupil, at: node.clock.now)
        guard let entry = entry(.inquiryAnswer, Payload.encode(answer)) else { return false }
        return write([entry], as: unit, to: audience, node)
    }

    // MARK: Ends

    /// The asker waits no longer: its last day is over, or it was asked by a clock that was ahead and has been put right.
    private func endOverdue(_ node: Node) {
        for (id, file) in waiting(at: node) where hasGivenUp(file.inquiry, node) {
            let notice = InquiryNotice(
                id: id, unit: file.inquiry.unit, by: file.inquiry.unit, event: .expired, place: file.forwards.first?.to ?? .centre, since: nil,
                at: node.clock.now)
            guard let entry = entry(.inquiryNotice, Payload.encode(notice)), write([entry], as: file.inquiry.unit, to: .up, node) else { return }
        }
    }

    private func hasGivenUp(_ inquiry: Inquiry, _ node: Node) -> Bool {
        guard plan.clockScript == nil else { return false }
        let today = Self.day(node.clock.now)
        return inquiry.lastDay.daysSince1970 < today || Self.day(inquiry.at) > today + Self.ahead
    }

    /// What the units of a node wait for.
    private func waiting(at node: Node) -> [(id: Digest, file: InquiryBook.File)] {
        node.store.look { disk in
            disk.register.inquiries.known.compactMap { id in disk.register.inquiries.file(id).map { (id, $0) } }
                .filter { $0.1.answer == nil && !$0.1.isExpired && disk.secrets[$0.1.inquiry.unit] != nil }
        }
    }

    /// At the end every question has its answer or its end; one that still waits was over for somebody who could have answered, by a clock that
    /// was wrong then or because it came late, and the asker will end it on its last day.
    func judgeQuestions() {
        for node in present {
            for (id, file) in waiting(at: node) {
                tally.judge(.questionsEnd, ledger.letLie.contains(id), step: step, "\(file.inquiry.unit) waits for an answer that nobody is going to give: " + unanswered(file))
            }
            judgeAnswers(at: node)
        }
    }

    /// Whom each authority above the asker finds.
    private func unanswered(_ file: InquiryBook.File) -> String {
        present.flatMap { node in
            node.store.look { disk in disk.register.tree.path(of: file.inquiry.unit).dropFirst().filter { disk.secrets[$0] != nil } }.map { authority in
                let hits = hits(file.inquiry, under: authority, node)
                return "\(authority): \(hits.map(\.home)) below \(common(file, hits, node)?.text ?? "nobody")"
            }
        }.joined(separator: ", ") + "; named \(file.inquiry.province?.text ?? "nobody"), asked \(file.forwards.map(\.to))"
    }

    /// What a school is told comes from those above it.
    private func judgeAnswers(at node: Node) {
        let files = node.store.look { disk in
            disk.register.inquiries.known.compactMap { disk.register.inquiries.file($0) }.filter { disk.secrets[$0.inquiry.unit] != nil }
        }
        for file in files {
            for (isUp, answer) in file.answers where !isUp {
                let isRightful = history.hasEverContained(answer.by, file.inquiry.unit) && (answer.by == .centre || answer.answeredBy == answer.by)
                tally.judge(.authorisedOnly, isRightful, step: step, "\(file.inquiry.unit) is answered by \(answer.by) for \(answer.answeredBy)")
            }
            tally.judge(.questionsEnd, true, step: step, "")
        }
    }
}
