import GRDB
import Protocol
import Rules
import Store

/// 申请转学: first the other school, then the pupil (Q74).
enum TransferFormPage {
    /// Schools that one search shows.
    private static let most = 30

    /// What the form says, as the operations take it.
    static func wish(_ call: PageCall, from releasing: String? = nil) -> TransferOperations.Wish {
        TransferOperations.Wish(
            releasing: releasing, name: call.field("name") ?? "", number: call.field("number"), idNumber: call.field("idNumber"),
            cohort: call.field("cohort") ?? "", date: call.field("date") ?? "", reason: call.field("why") ?? "", stay: call.field("stay") ?? "")
    }

    static func apply(_ call: PageCall) throws -> PageReply {
        do {
            let done = try call.ask("transfers.apply", body: wish(call, from: call.field("from") ?? ""), as: TransferOperations.Done.self)
            return try attach(call, to: done.transfer)
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("transfer-new", context)
        }
    }

    /// The application is saved whatever becomes of the file that came with it.
    private static func attach(_ call: PageCall, to transfer: String) throws -> PageReply {
        do {
            try attach(call.upload, call, transfer)
        } catch let refusal as Refusal {
            var context = try TransferCasePage.context(call, of: transfer)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("transfer", context)
        }
        return .redirect("/transfers/\(transfer)?done=saved")
    }

    /// Nothing where no file was chosen.
    static func attach(_ upload: PageCall.Upload?, _ call: PageCall, _ transfer: String) throws {
        guard let upload, !upload.name.isEmpty else { return }
        _ = try call.ask(
            "transfers.attach", ["transfer": transfer, "paper": call.field("paper") ?? ""], upload: upload, as: TransferFileOperations.List.self)
    }

    /// The kinds of papers, what is asked for first.
    static func papers(_ first: [String]) -> [[String: Any]] {
        let all = TransferPaper.allCases.map(\.rawValue)
        return (first + all.filter { !first.contains($0) }).compactMap { TransferPaper(rawValue: $0) }
            .map { ["value": $0.rawValue, "label": $0.label, "chosen": $0.rawValue == first.first] as [String: Any] }
    }

    static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        var context = Notice.done(call)
        context.merge(HelpChapter.link("Q74")) { $1 }
        let search = call.parameter("school") ?? ""
        let from = call.field("from") ?? call.parameter("from")
        try call.archive.read { reading in
            context["school"] = search
            if !search.isEmpty {
                let found = try schools(search, besides: actor.unit, reading)
                context["schools"] = found
                context["hasSchools"] = !found.isEmpty
                context["noSchool"] = found.isEmpty
            }
            guard let from, let school = reading.directory.unit(UnitCode(from)), TierRights.may(school.tier, .keepPupils) else {
                context["noSchool"] = from != nil || context["noSchool"] as? Bool ?? false
                return
            }
            var fields = shown(school, reading.directory)
            fields["kind"] = TransferKind(from: school.code, to: actor.unit, in: reading.directory)?.label ?? ""
            fields.merge(try self.fields(wish(call), school: actor.unit, today: call.archive.surroundings.today, reading)) { $1 }
            fields["formToken"] = call.formToken
            let head = TransferHead(application: call.archive.surroundings.dossier(), receiving: actor.unit, releasing: school.code)
            let needed = try TransferFiles(reading).needed(by: head)
            fields["papers"] = papers(needed.map(\.rawValue))
            if !needed.isEmpty { fields["needed"] = needed.map(\.label).joined(separator: "、") }
            context["from"] = fields
        }
        return context
    }

    private static func shown(_ school: Unit, _ directory: UnitDirectory) -> [String: Any] {
        ["code": school.code.text, "name": school.name, "above": school.competent.flatMap { directory.unit($0)?.name } ?? ""]
    }

    private static func schools(_ text: String, besides own: UnitCode, _ reading: Reading) throws -> [[String: Any]] {
        try String.fetchAll(
            reading.database.cachedStatement(sql: """
                SELECT code FROM unit WHERE tier = 'school' AND closed = 0 AND code <> ? AND (code = ? OR instr(name, ?) > 0) ORDER BY code LIMIT ?
                """), arguments: [own.text, text, text, most]
        ).compactMap { reading.directory.unit(UnitCode($0)) }.map { shown($0, reading.directory) }
    }

    /// What stands in the form's fields.
    static func fields(_ wish: TransferOperations.Wish, school: UnitCode, today: CalendarDate, _ reading: Reading) throws -> [String: Any] {
        let ways = StudentField.studyWay.codeTable?.texts() ?? []
        let chosen = StudentField.studyWay.codeTable?.text(for: wish.content.stay) ?? wish.stay
        let date = wish.date.isEmpty ? today.description : CalendarDate(compact: wish.date.filter { $0 != "-" })?.description ?? wish.date
        return [
            "nameValue": wish.name, "numberValue": wish.number ?? "", "idValue": wish.idNumber ?? "", "dateValue": date, "whyValue": wish.reason,
            "stays": ways.map { ["value": $0, "label": $0, "chosen": $0 == chosen] as [String: Any] },
            "cohorts": cohorts(of: school, today: today, reading.directory).map { code, label in
                ["value": code, "label": label, "chosen": code == wish.cohort] as [String: Any]
            },
        ]
    }

    /// The grades that a school has this year, with their names.
    static func cohorts(of school: UnitCode, today: CalendarDate, _ directory: UnitDirectory) -> [(code: String, label: String)] {
        guard let unit = directory.unit(school) else { return [] }
        let year = today.month >= 8 ? today.year : today.year - 1
        return unit.stages.sorted { $0.rawValue < $1.rawValue }.flatMap { stage -> [(String, String)] in
            guard let length = unit.years[stage] else { return [] }
            return (0..<length).compactMap { back in
                Grade(stage: stage, entryYear: year - back, schoolYear: year, length: length)?.label
                    .map { (String((year - back) * 10 + stage.rawValue), "\($0)（\(year - back) 级）") }
            }
        }
    }
}
