import Protocol
import Rules
import Store

/// The page of one transfer: what was asked for, its stations, what has happened, what the one who looks may do.
enum TransferCasePage {
    private struct Reason: Encodable { let reason: String }
    private struct Grade: Encodable { let cohort: String? }

    /// - Parameter transfer: another one than the address names.
    static func context(_ call: PageCall, of transfer: String? = nil) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let page = try call.ask("transfers.show", ["transfer": transfer ?? call.parameters["transfer"] ?? ""], as: TransferPage.Page.self)
        var context = Notice.done(call)
        let today = call.archive.surroundings.today
        try call.archive.read { reading in
            let directory = reading.directory
            context.merge(TransferPages.shown(page.transfer, directory)) { $1 }
            context.merge(content(page, directory)) { $1 }
            if page.acts.contains("amend") {
                let content = page.content
                let wish = TransferOperations.Wish(
                    name: content.name, number: content.number, idNumber: content.idNumber, cohort: content.cohort, date: content.date,
                    reason: content.reason, stay: content.stay)
                context.merge(try TransferFormPage.fields(wish, school: actor.unit, today: today, reading)) { $1 }
                context["mayAmend"] = true
            }
            addFiles(page, actor, to: &context)
            addActs(page, actor, directory, to: &context)
            guard page.transfer.state == "completed", page.transfer.receiving == actor.unit.text, let id = page.transfer.dossier,
                  let key = DossierID(hex: id), let dossier = try DossierShelf(reading).dossier(key) else { return }
            context["mayPlace"] = dossier.home == actor.unit && dossier.record.classCode.isEmpty
            context["dossier"] = id
        }
        return context
    }

    private static func content(_ page: TransferPage.Page, _ directory: UnitDirectory) -> [String: Any] {
        var context: [String: Any] = [
            "number": page.content.number.isEmpty ? page.content.idNumber : page.content.number, "cohort": cohort(page.content.cohort),
            "decided": cohort(page.content.decided), "decidedCode": page.content.decided,
            "date": ShownTime.date(page.content.date) ?? page.content.date, "stay": page.content.stay, "why": page.content.reason,
            "stations": page.stations.map { station -> [String: Any] in
                [
                    "label": station.label, "unit": station.unitName, "isDone": station.place == "done", "isNow": station.place == "now",
                    "note": note(station),
                ]
            },
            "events": page.events.map { event -> [String: Any] in
                var shown: [String: Any] = ["label": event.label, "by": event.byName, "at": ShownTime.text(event.at), "inStead": event.inStead]
                if !event.reason.isEmpty { shown["reason"] = event.reason }
                return shown
            },
        ]
        if !page.transfer.reason.isEmpty { context["reason"] = page.transfer.reason }
        if let request = page.request { context["request"] = ["reason": request.reason, "at": ShownTime.text(request.at)] as [String: Any] }
        return context
    }

    private static func addFiles(_ page: TransferPage.Page, _ actor: Actor, to context: inout [String: Any]) {
        context["files"] = page.attachments.map { file -> [String: Any] in
            ["hash": file.hash, "name": file.name, "label": file.label, "at": ShownTime.text(file.at), "here": file.here]
        }
        context["hasFiles"] = !page.attachments.isEmpty
        context["mayFetch"] = page.attachments.contains { !$0.here }
        context["mayAttach"] = page.acts.contains(TransferAct.attach.rawValue)
        context["papers"] = TransferFormPage.papers(page.missing.map(\.paper))
        if !page.missing.isEmpty { context["missing"] = page.missing.map(\.label).joined(separator: "、") }
        // The paper that the releasing school gives along is signed by it (Q105).
        if page.transfer.releasing == actor.unit.text, page.transfer.state == TransferState.underWay.rawValue, let dossier = page.transfer.dossier {
            context["paperOf"] = dossier
        }
    }

    private static func note(_ station: TransferPage.Station) -> String {
        switch station.place {
        case "now": station.isAutomatic ? "正在自动办理" : "正在办理"
        case "done": "已办理"
        case "skipped": "按规定不经过"
        default: station.isAutomatic ? "由节点自动办理" : "尚未到达"
        }
    }

    /// `20221` → `2022 级小学`.
    private static func cohort(_ code: String) -> String {
        TransferGrade.parts(code).map { "\($0.year) 级\(StageName.label($0.stage))" } ?? code
    }

    private static func addActs(_ page: TransferPage.Page, _ actor: Actor, _ directory: UnitDirectory, to context: inout [String: Any]) {
        let acts = page.acts.compactMap { TransferAct(rawValue: $0) }.filter { $0 != .amend && $0 != .attach }
        let isOverride = acts.contains(.override)
        var buttons = acts.filter { $0 != .override }.map { act -> [String: Any] in
            ["value": act.rawValue, "label": act == .approve ? approval(page) : act.label, "tone": act == .withdraw || act == .sendBack || act == .request ? "plain" : ""]
        }
        if isOverride {
            buttons.append(["value": "overrideApprove", "label": "强制干预：同意", "tone": "danger"])
            buttons.append(["value": "overrideReturn", "label": "强制干预：退回", "tone": "plain"])
        }
        context["acts"] = buttons
        context["hasActs"] = !buttons.isEmpty
        context["mayOverride"] = isOverride
        context["asksReason"] = !Set(acts).isDisjoint(with: [.withdraw, .sendBack, .request, .override])
        context["reasonHint"] = acts.contains(.withdraw) ? "撤销、提请强制干预时必填，各方都会看到" : "退回时必填，各方都会看到"
        let (old, new) = (directory.unit(UnitCode(page.transfer.releasing)), directory.unit(UnitCode(page.transfer.receiving)))
        if acts.contains(.approve), page.stations.contains(where: { $0.place == "now" && $0.station == TransferStation.receivingAuthority.rawValue }),
           let old, let new { context["mayGrade"] = TransferGrade.haveOtherSystems(old, new) }
    }

    private static func approval(_ page: TransferPage.Page) -> String {
        page.stations.contains { $0.place == "now" && $0.station == TransferStation.releasingSchool.rawValue } ? "同意转出" : "同意"
    }

    static func act(_ call: PageCall) throws -> PageReply {
        let id = call.parameters["transfer"] ?? ""
        do {
            try perform(call, id)
            return .redirect("/transfers/\(id)?done=step")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("transfer", context)
        }
    }

    private static func attach(_ call: PageCall, _ id: String) throws {
        guard let upload = call.upload, !upload.name.isEmpty else {
            throw Refusal("page.file", question: "Q62", "还没有选择文件。", remedy: "请选择材料后再上传。", kind: .usage)
        }
        try TransferFormPage.attach(upload, call, id)
    }

    /// The files lie at the receiving school and its authority; they come over the nodes between.
    private static func fetch(_ call: PageCall, _ id: String) throws {
        let page = try call.ask("transfers.show", ["transfer": id], as: TransferPage.Page.self)
        for file in page.attachments where !file.here { try call.tell("attachments.fetch", ["hash": file.hash]) }
    }

    private static func perform(_ call: PageCall, _ id: String) throws {
        let reason = Reason(reason: call.field("reason") ?? "")
        switch call.field("act") {
        case "amend"?: try call.tell("transfers.amend", ["transfer": id], body: TransferFormPage.wish(call))
        case "attach"?: try attach(call, id)
        case "fetch"?: try fetch(call, id)
        case "submit"?: try call.tell("transfers.submit", ["transfer": id])
        case "approve"?: try call.tell("transfers.approve", ["transfer": id], body: Grade(cohort: call.field("grade")))
        case "sendBack"?: try call.tell("transfers.return", ["transfer": id], body: reason)
        case "withdraw"?: try call.tell("transfers.withdraw", ["transfer": id], body: reason)
        case "request"?: try call.tell("transfers.request", ["transfer": id], body: reason)
        case "overrideApprove"?, "overrideReturn"?:
            try call.tell("transfers.decide", ["transfer": id], body: TransferOverrides.Decision(
                decision: call.field("act") == "overrideApprove" ? "approve" : "return", reason: reason.reason,
                confirmed: call.field("confirmed") == "yes"))
        default: throw Refusal("page.act", "没有选择要办理的事项。", remedy: "请按页面上的按钮办理。", kind: .usage)
        }
    }
}
