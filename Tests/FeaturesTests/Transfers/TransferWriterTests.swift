@testable import Features
import Rules
import Store
import Testing

@Suite struct TransferWriterTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    @Test func `across provinces every station agrees in turn, the centre forwards and hands over, and the number goes along`() throws {
        let world = try TransferCountry(seed: 501)
        let id = try world.enrolled()
        let before = try world.dossier(id)
        let number = try #require(before.formalNumber)
        let transfer = try world.apply(id)
        let holders: [(Unit, String)] = [
            (C.tianheFirst, "440106"), (C.tianhe, "440000"), (C.guangdong, "2143000001"), (C.yueluFirst, "430104"), (C.yuelu, "430000"),
        ]
        for (unit, next) in holders {
            try world.advance(transfer, through: [unit])
            for party in [C.tianheFirst, C.yueluFirst, C.tianhe, C.hunan] {
                #expect(try world.page(transfer, as: party).transfer.holder == next, "seen by \(party.code)")
            }
        }
        #expect(try world.dossier(id).home == C.yueluFirst.code)
        try world.advance(transfer, through: [C.hunan])
        let after = try world.dossier(id)
        #expect(after.home == C.tianheFirst.code && after.holder == C.tianheFirst.code && after.state == .enrolled && after.openCase == nil)
        #expect(after.formalNumber == number && after.record[.studentSource] == "1" && after.record.classCode.isEmpty)
        #expect(after.length == before.length + 4 && after.void.isEmpty)
        for party in [C.tianheFirst, C.yueluFirst] {
            let page = try world.page(transfer, as: party)
            #expect(page.transfer.state == "completed" && page.transfer.holder == nil && page.acts.isEmpty)
            #expect(page.stations.allSatisfy { $0.place == "done" || $0.station == "placing" })
        }
        #expect(try world.country.students(C.yueluFirst).isEmpty && world.country.students(C.tianheFirst).map(\.dossier) == [id])
    }

    @Test func `the receiving school places the pupil in a class of his grade, and of no other`() throws {
        let world = try TransferCountry(seed: 502)
        let id = try world.enrolled()
        let other = try world.country.newClass(2021)
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + T.releasingSide)
        let refused = try world.country.refusal("classes.place", as: C.tianheFirst, ["code": other], body: "{\"dossiers\":[\"\(id)\"]}")
        #expect(refused.code == "place.cohort")
        _ = try world.node.call("classes.place", as: C.tianheFirst.code, ["code": "2022101"], body: "{\"dossiers\":[\"\(id)\"]}")
        #expect(try world.dossier(id).record.classCode == "2022101")
    }

    @Test func `inside one county the releasing school is asked at once, and the county ends it`() throws {
        let world = try TransferCountry(seed: 503)
        let second = C.school("2144000009", "天河第九小学", "440106")
        try world.add(second)
        let id = try world.enrolled(at: C.tianheFirst, by: C.tianhe)
        let transfer = try world.apply(id, from: C.tianheFirst, to: second)
        try world.act("submit", transfer, as: second)
        #expect(try world.page(transfer, as: second).transfer.holder == C.tianheFirst.code.text)
        #expect(try world.page(transfer, as: second).transfer.kind == "同一主管部门内")
        try world.act("approve", transfer, as: C.tianheFirst)
        try world.act("approve", transfer, as: C.tianhe)
        let dossier = try world.dossier(id)
        #expect(dossier.home == second.code && dossier.chain.last?.by == C.tianhe.code && dossier.chain.last?.kind == .handOver)
    }

    @Test func `inside a province its authorities agree, and the city hands over`() throws {
        let world = try TransferCountry(seed: 504)
        let id = try world.enrolled(at: C.tianheFirst, by: C.tianhe)
        let transfer = try world.apply(id, from: C.tianheFirst, to: C.haizhuFirst)
        try world.act("submit", transfer, as: C.haizhuFirst)
        try world.advance(transfer, through: [C.haizhu])
        try world.act("approve", transfer, as: C.tianheFirst)
        try world.advance(transfer, through: [C.tianhe])
        let dossier = try world.dossier(id)
        #expect(dossier.home == C.haizhuFirst.code && dossier.chain.last?.by == C.guangzhou.code)
    }

    @Test func `where neither province asks for it the provinces are left out; where one does, both are asked`() throws {
        for (asking, seed) in [(Unit?.none, 505), (C.guangdong, 506), (C.hunan, 507)] as [(Unit?, UInt64)] {
            let world = try TransferCountry(seed: seed)
            for province in [C.guangdong, C.hunan] { try world.country.set("transfer.provinceStep", province == asking ? "on" : "off", as: province) }
            let id = try world.enrolled()
            let transfer = try world.apply(id)
            try world.advance(transfer, through: [C.tianheFirst, C.tianhe])
            if asking != nil {
                #expect(try world.page(transfer, as: C.tianheFirst).transfer.holder == C.guangdong.code.text, "\(seed)")
                try world.advance(transfer, through: [C.guangdong])
            }
            #expect(try world.page(transfer, as: C.tianheFirst).transfer.holder == C.yueluFirst.code.text)
            try world.advance(transfer, through: [C.yueluFirst, C.yuelu] + (asking == nil ? [] : [C.hunan]))
            #expect(try world.dossier(id).home == C.tianheFirst.code)
        }
    }

    @Test func `only the holder acts, one at a time, and what it may not do it is told`() throws {
        let world = try TransferCountry(seed: 508)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        let early = world.refusal { try world.act("approve", transfer, as: C.guangdong) }
        #expect(early?.code == "holder" && early?.question == "Q75" && early?.message.contains("当前处理单位为 天河区教育局") == true)
        #expect(world.refusal { try world.act("approve", transfer, as: C.haizhu) }?.code == "transfer.unknown")
        #expect(world.refusal { try world.withdraw(transfer, as: C.yueluFirst) }?.code == "transfer.initiator")
        let many = world.refusal { _ = try world.node.call("transfers.approveMany", as: C.tianhe.code, body: "{\"transfers\":[\"\(transfer)\"]}") }
        #expect(many?.question == "Q78")
        let registrar = Actor(unit: C.tianhe.code, account: "a", roles: [.registrar])
        #expect(world.refusal {
            _ = try world.node.call("transfers.approve", as: C.tianhe.code, ["transfer": transfer], actor: registrar)
        }?.question == "Q108")
        #expect(try world.page(transfer, as: C.tianhe).acts == ["approve", "sendBack"])
        #expect(try world.page(transfer, as: C.guangdong).acts.isEmpty)
    }

    @Test func `what is only prepared is the school's own`() throws {
        let world = try TransferCountry(seed: 509)
        let transfer = try world.apply(try world.enrolled())
        #expect(try world.list(as: C.yueluFirst).total == 0 && world.list(as: C.tianheFirst).total == 1)
        #expect(world.refusal { _ = try world.page(transfer, as: C.yueluFirst) }?.code == "transfer.unknown")
        try world.act("submit", transfer, as: C.tianheFirst)
        #expect(try world.list(as: C.yueluFirst, ["direction": "out"]).total == 1 && world.list(as: C.yueluFirst, ["direction": "in"]).total == 0)
        #expect(try world.list(as: C.tianhe, ["holder": "self"]).total == 1 && world.list(as: C.guangdong, ["holder": "self"]).total == 0)
    }

    @Test func `each station has ten working days, by the calendar of its province, and all see the day`() throws {
        let world = try TransferCountry(seed: 510)
        try world.country.set("calendar.holidays", "2026-09-21/2026-09-25", as: C.hunan)
        try world.country.set("deadlines.transfer", "5", as: C.guangdong)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        #expect(try world.page(transfer, as: C.yueluFirst).transfer.due == "2026-09-17")
        try world.advance(transfer, through: [C.tianhe, C.guangdong])
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.due == "2026-10-01")
        world.node.clock.advance(30 * 86_400)
        #expect(try world.list(as: C.tianheFirst, ["overdue": "yes"]).total == 1)
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.isOverdue)
    }

    @Test func `the receiving authority sets another grade only where the two systems differ`() throws {
        let world = try TransferCountry(seed: 511)
        var five = C.yueluFirst
        (five.years, five.version) = ([.primary: 5], 2)
        let id = try world.enrolled()
        let same = try world.apply(id)
        try world.advance(same, through: [C.tianheFirst])
        #expect(world.refusal { try world.act("approve", same, as: C.tianhe, body: #"{"cohort":"20211"}"#) }?.question == "Q79")
        try world.withdraw(same)
        try world.add(five)
        let transfer = try world.apply(id)
        try world.advance(transfer, through: [C.tianheFirst])
        try world.act("approve", transfer, as: C.tianhe, body: #"{"cohort":"20211"}"#)
        #expect(try world.page(transfer, as: C.yueluFirst).content.decided == "20211")
        try world.advance(transfer, through: [C.guangdong] + T.releasingSide)
        let class2021 = try world.country.newClass(2021)
        _ = try world.node.call("classes.place", as: C.tianheFirst.code, ["code": class2021], body: "{\"dossiers\":[\"\(id)\"]}")
        #expect(try world.dossier(id).record.classCode == class2021)
    }
}
