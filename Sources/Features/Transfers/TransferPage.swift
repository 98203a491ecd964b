import Protocol
import Rules
import Store

/// One transfer: what was asked for, its stations, what has happened, and what the one who asks may do now.
enum TransferPage {
    struct Content: Encodable, Sendable {
        let name, number, idNumber, cohort, date, reason, stay: String
        /// The grade that the receiving side has set.
        let decided: String
    }

    struct Paper: Encodable, Sendable { let paper, label: String }

    struct Station: Encodable, Sendable {
        let station, label, unit, unitName: String
        /// `done`, `now`, `ahead` or `skipped`.
        let place: String
        let isAutomatic: Bool
        /// What the unit said there in the present run, and when; null where it has not.
        @OrNull var opinion: Opinion?
    }

    struct Opinion: Encodable, Sendable {
        let text, reason, at, byName: String
        let inStead: Bool
    }

    struct Event: Encodable, Sendable {
        let at, by, byName, station, label, reason: String
        let inStead: Bool
    }

    struct Page: Encodable, Sendable {
        let transfer: TransferList.Item
        let content: Content
        let stations: [Station]
        let events: [Event]
        /// What the school has asked for about the present step (Q76).
        var request: OverrideList.RequestItem?
        /// Who may act in the holder's stead.
        @OrNull var authority: String?
        let attachments: [TransferFiles.Item]
        /// Papers that the receiving province asks for and that are not there yet.
        let missing: [Paper]
        /// Codes of `TransferAct`.
        let acts: [String]
    }

    static func page(_ id: DossierID, actor: Actor, today: CalendarDate, _ reading: Reading) throws -> Page {
        guard let transfer = try TransferShelf(reading).seen(id, by: actor.unit) else { throw TransferRefusals.unknown() }
        let content = transfer.content
        return Page(
            transfer: TransferList.item(transfer, sight: actor.unit, today: today, reading),
            content: Content(
                name: content.name, number: content.number, idNumber: content.idNumber, cohort: content.cohort, date: content.date,
                reason: content.reason, stay: StudentField.studyWay.codeTable?.text(for: content.stay) ?? content.stay, decided: transfer.cohort),
            stations: stations(transfer, reading), events: events(transfer, reading.directory),
            request: transfer.request.map { OverrideList.RequestItem(by: $0.by.text, reason: $0.reason, at: ChinaTime.text($0.at)) },
            authority: authority(transfer, reading)?.text, attachments: try TransferFiles(reading).items(of: transfer),
            missing: try missing(transfer, reading), acts: try acts(transfer, actor, today: today, reading).map(\.rawValue))
    }

    /// Only while the school can still attach them.
    private static func missing(_ transfer: Transfer, _ reading: Reading) throws -> [Paper] {
        guard transfer.state == .prepared || transfer.state == .returned else { return [] }
        return try TransferFiles(reading).missing(of: transfer).map { Paper(paper: $0.rawValue, label: $0.label) }
    }

    /// Who may override the holder; nil where nobody may.
    static func authority(_ transfer: Transfer, _ reading: Reading) -> UnitCode? {
        guard transfer.state == .underWay, !transfer.station.isAutomatic, let holder = transfer.holder else { return nil }
        return TransferFold.overridingAuthority(over: holder, in: reading.directory)
    }

    private static func stations(_ transfer: Transfer, _ reading: Reading) -> [Station] {
        guard let route = TransferShelf(reading).route(transfer.head) else { return [] }
        let lastStart = transfer.chain.lastIndex { $0.kind == .submit || $0.kind == .apply } ?? 0
        let passed = Set(transfer.chain[lastStart...].map(\.station) + transfer.notices.filter { $0.outcome == .underWay }.map(\.station))
        let now = transfer.state.isOver ? (transfer.state == .completed ? TransferStation.placing : nil) : transfer.station
        let place = route.stops.firstIndex { $0.station == now } ?? (transfer.state == .completed ? route.stops.count : 0)
        let opinions = opinions(transfer, from: lastStart, reading.directory)
        return route.stops.enumerated().map { index, stop in
            let state = stop.station == now ? "now" : index > place ? "ahead" : passed.contains(stop.station) || !stop.isByPolicy ? "done" : "skipped"
            return Station(
                station: stop.station.rawValue, label: stop.station.label, unit: stop.unit.text,
                unitName: reading.directory.unit(stop.unit)?.name ?? stop.unit.text, place: state, isAutomatic: stop.station.isAutomatic,
                opinion: opinions[stop.station])
        }
    }

    /// What each station has said in the run that began with a step of the application, for the printed form.
    private static func opinions(_ transfer: Transfer, from start: Int, _ directory: UnitDirectory) -> [TransferStation: Opinion] {
        func opinion(_ text: String, _ reason: String, _ at: Int64, _ by: UnitCode, _ inStead: Bool) -> Opinion {
            Opinion(text: text, reason: reason, at: ChinaTime.text(at), byName: directory.unit(by)?.name ?? by.text, inStead: inStead)
        }
        var opinions: [TransferStation: Opinion] = [:]
        for step in transfer.chain[start...] { opinions[step.station] = opinion(step.kind.label, step.reason, step.at, step.by, step.isInStead) }
        var station = TransferStation.releasingAuthority
        for notice in transfer.notices where notice.step != notice.opened {
            let text = switch notice.outcome {
            case .underWay: "同意转出"
            case .returned: "退回"
            case .completed: "调档办结"
            }
            opinions[station] = opinion(text, notice.reason, notice.at, notice.by, notice.isInStead)
            station = notice.station
        }
        return opinions
    }

    private static func events(_ transfer: Transfer, _ directory: UnitDirectory) -> [Event] {
        func event(_ at: Int64, _ by: UnitCode, _ station: TransferStation, _ label: String, _ reason: String, _ inStead: Bool = false) -> Event {
            Event(
                at: ChinaTime.text(at), by: by.text, byName: directory.unit(by)?.name ?? by.text, station: station.label, label: label,
                reason: reason, inStead: inStead)
        }
        var events = transfer.chain.map { event($0.at, $0.by, $0.station, $0.station == .forwarding && $0.kind == .pass ? "转发" : $0.kind.label, $0.reason, $0.isInStead) }
        let told = transfer.notices.filter { $0.step != $0.opened }.map { notice -> Event in
            let label = switch notice.outcome {
            case .underWay: notice.station == .releasingProvince ? "同意转出并报省级" : "核准转出"
            case .returned: "退回"
            case .completed: "调档办结"
            }
            return event(notice.at, notice.by, notice.outcome == .completed ? .ferry : .releasingAuthority, label, notice.reason, notice.isInStead)
        }
        events += told
        if let withdrawal = transfer.withdrawal {
            events.append(event(withdrawal.at, withdrawal.by, .receivingSchool, transfer.state == .completed ? "撤销（在办结之后，不生效）" : "撤销申请", withdrawal.reason))
        }
        return events
    }

    /// What the account may do now, by the same conditions as the gate's.
    static func acts(_ transfer: Transfer, _ actor: Actor, today: CalendarDate, _ reading: Reading) throws -> [TransferAct] {
        let separated = try PolicyShelf(reading).isOn("roles.separated", for: actor.unit)
        let isReceiving = transfer.head.receiving == actor.unit
        let isOverdue = TransferDeadline.isOverdue(transfer.due, today: today)
        let authority = authority(transfer, reading)
        return TransferAct.allCases.filter { act in
            guard act.isAllowed(actor, separated: separated), !transfer.state.isOver else { return false }
            let isAtHome = transfer.state == .prepared || transfer.state == .returned
            return switch act {
            case .apply: false
            case .amend, .attach, .submit: isReceiving && isAtHome
            case .withdraw: isReceiving
            case .approve, .sendBack:
                transfer.state == .underWay && transfer.holder == actor.unit && !transfer.station.isAutomatic
            case .request: isReceiving && isOverdue && authority != nil && transfer.request == nil
            case .override: authority == actor.unit && isOverdue && transfer.request != nil
            }
        }
    }
}

extension TransferStepKind {
    /// 申请 / 修改申请 / 学校审核并提交 / 同意 / 退回 / 同意转出.
    var label: String {
        switch self {
        case .apply: "申请"
        case .amend: "修改申请"
        case .submit: "学校审核并提交"
        case .pass: "同意"
        case .sendBack: "退回"
        case .accept: "同意转出"
        }
    }
}
