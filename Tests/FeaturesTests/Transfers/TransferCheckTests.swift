@testable import Features
import Rules
import Store
import Testing

/// What stands against a transfer (Q80), answered by the node that has the pupil, with the exact reason.
@Suite struct TransferCheckTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    /// An application that has come to the releasing school, and what its node has answered at once.
    private func answer(_ world: TransferCountry, _ id: String, cohort: String = "20221") throws -> TransferCountry.Page.Item {
        let transfer = try world.apply(id, cohort: cohort)
        try world.advance(transfer, through: T.receivingSide)
        return try world.page(transfer, as: C.tianheFirst).transfer
    }

    @Test func `a pupil in a case is not given, and the case is named with its holder`() throws {
        let world = try TransferCountry(seed: 521)
        let id = try world.enrolled()
        for unit in [C.hunan, C.changsha, C.yuelu] { try world.country.set("fields.controlled", "姓名", as: unit) }
        try world.world.attach(id, at: C.yueluFirst)
        _ = try world.node.call(
            "keyData.apply", as: C.yueluFirst.code, ["dossier": id], body: #"{"reason":"户籍更名","changes":{"姓名":"张玮"}}"#)
        try world.node.settle()
        let item = try answer(world, id)
        #expect(item.state == "returned" && item.holder == C.tianheFirst.code.text)
        #expect(item.reason == "该生存在在办业务（关键数据变更待学校审核，当前处理单位 岳麓第一小学），不能转学。")
    }

    @Test func `who is not at school, or has a problem, is not given`() throws {
        let world = try TransferCountry(seed: 522)
        let submitted = try world.world.enter(1, at: C.yueluFirst)
        for verb in ["review", "submit"] { _ = try world.country.step(verb, [submitted], as: C.yueluFirst) }
        let record = try world.dossier(submitted).record
        let body = """
            {"releasing":"2143000001","name":"\(record.name)","idNumber":"\(record.idNumber)",\
            "cohort":"20221","date":"20260915","reason":"迁居","stay":"1"}
            """
        let done: TransferCountry.Done = try world.country.decode(world.node.call("transfers.apply", as: C.tianheFirst.code, body: body))
        try world.advance(done.transfer, through: T.receivingSide)
        #expect(try world.page(done.transfer, as: C.tianheFirst).transfer.reason.contains("在办业务（已上报，当前处理单位 岳麓区教育局）"))
        _ = try world.country.step("return", [submitted], as: C.yuelu, reason: "请核对")
        try world.act("submit", done.transfer, as: C.tianheFirst)
        try world.advance(done.transfer, through: [C.tianhe, C.guangdong])
        #expect(try world.page(done.transfer, as: C.tianheFirst).transfer.reason == "该生学籍状态为“已退回”，不是在校就读，不能转学。")
    }

    @Test func `a problem record is not given`() throws {
        let world = try TransferCountry(seed: 523)
        let id = try world.enrolled()
        _ = try world.world.enter(1, at: C.haizhuFirst)
        #expect(try world.dossier(id).problems.isEmpty == false)
        let item = try answer(world, id)
        #expect(item.state == "returned" && item.reason.contains("该生是问题学籍（身份证号重复）"))
    }

    @Test func `whoever is not found is not told of, and the grade must be the same`() throws {
        let world = try TransferCountry(seed: 524)
        let id = try world.enrolled()
        let reason = try answer(world, id, cohort: "20211").reason
        #expect(reason.contains("只能平级转学：该生是 20221 级，申请的是 20211 级"), "\(reason)")
        let body = try world.form(id, from: C.yueluFirst, name: "王不同")
        let done: TransferCountry.Done = try world.country.decode(world.node.call("transfers.apply", as: C.tianheFirst.code, body: body))
        try world.advance(done.transfer, through: T.receivingSide)
        #expect(try world.page(done.transfer, as: C.tianheFirst).transfer.reason == "按姓名和学籍号在转出学校未查到该生。")
    }

    @Test func `in the last term of the last grade no pupil leaves where the province says so`() throws {
        let world = try TransferCountry(seed: 525)
        _ = try world.country.newClass(2021, at: C.yueluFirst)
        let row = C.row(1, "2021101", at: C.yueluFirst, [.birthDate: "20150305", .idNumber: C.newPupil(born: "20150305")[.idNumber] ?? ""])
        let id = try #require(try world.country.enrol([row], at: C.yueluFirst, by: C.yuelu).first)
        try world.node.settle()
        world.node.clock.advance(200 * 86_400)
        let check = { () -> Refusal? in
            let dossier = try world.dossier(id)
            return try world.node.archive.read { reading in
                world.refusal { try TransferCheck(reading: reading, today: world.node.clock.surroundings.today).mayLeaveByTerm(dossier) }
            }
        }
        #expect(try check() == nil)
        try world.country.set("transfer.terminalTerm", "on", as: C.hunan)
        #expect(try check()?.message == "该生在毕业年级最后一学期，湖南省教育厅规定不办理转学。")
    }

    @Test func `the receiving school's own node refuses what cannot be asked`() throws {
        let world = try TransferCountry(seed: 526)
        let id = try world.enrolled()
        let mine = try world.enrolled(2, at: C.tianheFirst, by: C.tianhe)
        func refused(_ body: String, as unit: Unit = C.tianheFirst) throws -> String {
            try world.country.refusal("transfers.apply", as: unit, body: body).code
        }
        let good = try world.form(id, from: C.yueluFirst)
        #expect(try refused(world.form(mine, from: C.tianheFirst)) == "transfer.own")
        #expect(try refused(world.form(mine, from: C.yueluFirst)) == "transfer.present")
        #expect(try refused(good, as: C.tianhe) == "transfer.school")
        #expect(try refused(good.replacing("2143000001", with: "2143999999")) == "transfer.releasing")
        #expect(try refused(good.replacing("\"number\"", with: "\"other\"")) == "transfer.search")
        #expect(try refused(good.replacing("20221", with: "20222")) == "transfer.cohort")
        #expect(try refused(good.replacing("20260915", with: "20260931")) == "transfer.date")
        #expect(try refused(good.replacing("随父母迁居", with: " ")) == "transfer.reason")
        #expect(try refused(good.replacing("走读", with: "飞行")) == "transfer.stay")
        _ = try world.apply(id)
        #expect(try refused(good) == "transfer.open")
        try world.country.set("transfer.freeze", "2026-09-01/2026-09-30", as: Unit(code: .centre, name: "", tier: .centre, competent: nil))
        #expect(try refused(world.form(id, from: C.yueluFirst), as: C.haizhuFirst) == "transfer.freeze")
    }
}
