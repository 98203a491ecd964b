@testable import Features
import Mustache
import Protocol
import Rules
import Store
import Testing

@Suite struct TransferPagesTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    private enum Seen {
        case page(String)
        case led(String)

        var text: String { if case .page(let text) = self { text } else { "" } }
    }

    /// Opens a page, or sends its form, as a unit's local operator.
    private func visit(
        _ id: String, as unit: Unit, _ world: TransferCountry, _ parameters: [String: String] = [:], form: [String: String] = [:]
    ) throws -> Seen {
        let page = try #require(ConsolePages.all.first { $0.id == id })
        let node = world.node
        let actor = Actor.localOperator(of: unit.code)
        let call = PageCall(
            archive: node.archive, page: page, actor: actor, mustChangePassword: false, parameters: parameters, form: form.mapValues { [$0] },
            upload: nil, formToken: "t"
        ) { operation, parameters, body, _ in
            let known = TransferOperations.all.first { $0.id == operation }
            guard let known else { throw Refusal("test", operation, remedy: "") }
            return try known.handle(Call(archive: node.archive, actor: actor, parameters: parameters, body: body))
        }
        switch try page.handle(call) {
        case .page(let name, let context):
            return .page(try #require(ConsolePages.library().render(context, withTemplate: name)))
        case .redirect(let place): return .led(place)
        default: return .led("")
        }
    }

    @Test func `the form asks for the other school first, then for the pupil, and leads to the transfer`() throws {
        let world = try TransferCountry(seed: 591)
        let id = try world.enrolled()
        let first = try visit("transfers.form", as: C.tianheFirst, world).text
        #expect(first.contains("转出学校") && !first.contains("name=\"name\""))
        let found = try visit("transfers.form", as: C.tianheFirst, world, ["school": "岳麓"]).text
        #expect(found.contains("/transfers/new?from=2143000001") && !found.contains("from=2144000001"))
        let second = try visit("transfers.form", as: C.tianheFirst, world, ["from": "2143000001"]).text
        #expect(second.contains("name=\"number\"") && second.contains("五年级（2022 级）") && second.contains("跨省"))
        let dossier = try world.dossier(id)
        var form = [
            "from": "2143000001", "name": dossier.record.name, "number": dossier.number ?? "", "cohort": "20221", "date": "2026-09-15",
            "why": "随父母迁居", "stay": "走读",
        ]
        form["cohort"] = "20211"
        form["why"] = ""
        let refused = try visit("transfers.apply", as: C.tianheFirst, world, form: form).text
        #expect(refused.contains("必须填写转学原因") && refused.contains(dossier.record.name))
        form["cohort"] = "20221"
        form["why"] = "随父母迁居"
        guard case .led(let place) = try visit("transfers.apply", as: C.tianheFirst, world, form: form) else {
            Issue.record("the form did not lead on")
            return
        }
        #expect(place.hasPrefix("/transfers/") && place.hasSuffix("?done=saved"))
    }

    @Test func `each party's page shows holder, deadline and stations, and what this one may do`() throws {
        let world = try TransferCountry(seed: 592)
        let transfer = try world.apply(try world.enrolled())
        let own = try visit("transfers.show", as: C.tianheFirst, world, ["transfer": transfer]).text
        #expect(own.contains("修改申请") && own.contains("value=\"submit\"") && own.contains("value=\"withdraw\""))
        guard case .led = try visit("transfers.act", as: C.tianheFirst, world, ["transfer": transfer], form: ["act": "submit"]) else {
            Issue.record("not submitted")
            return
        }
        try world.node.settle()
        let county = try visit("transfers.show", as: C.tianhe, world, ["transfer": transfer]).text
        #expect(county.contains("value=\"approve\"") && county.contains("value=\"sendBack\"") && !county.contains("value=\"withdraw\""))
        let other = try visit("transfers.show", as: C.yueluFirst, world, ["transfer": transfer]).text
        #expect(other.contains("天河区教育局") && other.contains("2026年9月24日") && !other.contains("<button type=\"submit\" name=\"act\""))
        let refused = try visit("transfers.act", as: C.yueluFirst, world, ["transfer": transfer], form: ["act": "approve"]).text
        #expect(refused.contains("当前处理单位为 天河区教育局"))
        let list = try visit("transfers", as: C.tianhe, world, ["scope": "self"]).text
        #expect(list.contains("/transfers/\(transfer)") && list.contains("共 1 件"))
        #expect(try visit("transfers", as: C.guangdong, world, ["scope": "self"]).text.contains("共 0 件"))
    }

    @Test func `the to-do lists count what waits, and the new home is led on to the class`() throws {
        let world = try TransferCountry(seed: 593)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        let today = world.node.clock.surroundings.today
        func waiting(_ unit: Unit) throws -> [String] {
            try world.node.archive.read { try TransferList.waiting(of: unit.code, today: today, $0).map(\.label) }
        }
        #expect(try waiting(C.tianheFirst) == ["转学申请，待学校审核"])
        try world.advance(transfer, through: T.receivingSide)
        #expect(try waiting(C.tianheFirst).isEmpty && waiting(C.yueluFirst) == ["转学，待本校同意转出"])
        try world.advance(transfer, through: [C.yueluFirst])
        #expect(try waiting(C.yuelu) == ["转学，待核办"] && waiting(C.yueluFirst).isEmpty)
        try world.advance(transfer, through: [C.yuelu, C.hunan])
        #expect(try waiting(C.hunan).isEmpty && waiting(C.tianheFirst) == ["转入，待分班"])
        #expect(try visit("transfers.show", as: C.tianheFirst, world, ["transfer": transfer]).text.contains("/students/\(id)"))
        _ = try world.node.call("classes.place", as: C.tianheFirst.code, ["code": "2022101"], body: "{\"dossiers\":[\"\(id)\"]}")
        #expect(try waiting(C.tianheFirst).isEmpty)
    }

    @Test func `the printed form holds what was asked for and what each station has said, and the certificate goes to the school that asks`() throws {
        let world = try TransferCountry(seed: 594)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        let blank = try visit("transfers.form.print", as: C.tianheFirst, world, ["transfer": transfer]).text
        #expect(blank.contains("转学申请表") && blank.contains("随父母迁居") && blank.contains("监护人（签字）") && !blank.contains("同意转出</p>"))
        #expect(world.refusal {
            _ = try world.node.call("certificates.issue", as: C.yueluFirst.code, ["dossier": id], body: #"{"kind":"transfer"}"#)
        }?.code == "certificate.target")
        try world.advance(transfer, through: T.receivingSide)
        struct Paper: Decodable { let target: String? }
        let paper: Paper = try world.country.decode(
            world.node.call("certificates.issue", as: C.yueluFirst.code, ["dossier": id], body: #"{"kind":"transfer"}"#))
        #expect(paper.target == C.tianheFirst.code.text)
        try world.advance(transfer, through: T.releasingSide)
        for unit in [C.tianheFirst, C.yueluFirst, C.hunan] {
            let form = try visit("transfers.form.print", as: unit, world, ["transfer": transfer]).text
            for text in ["转出学校意见", "转出省级教育行政部门意见", "同意转出", "湖南省教育厅（盖章）", "2026年9月10日"] { #expect(form.contains(text), "\(text)") }
            #expect(!form.contains("中央转发") && !form.contains("学校审核并提交：　"))
        }
        #expect(world.refusal { _ = try visit("transfers.form.print", as: C.haizhuFirst, world, ["transfer": transfer]) }?.code == "transfer.unknown")
    }
}
