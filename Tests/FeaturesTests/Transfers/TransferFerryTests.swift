@testable import Features
import Protocol
import Rules
import Store
import Testing

/// Crossings: what two units do at once, and what has become of a case that cannot go on.
@Suite struct TransferFerryTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    @Test func `of two schools that ask for one pupil the first accepted has him, the other is told`() throws {
        let world = try TransferCountry(seed: 541)
        let id = try world.enrolled()
        let (first, second) = (try world.apply(id), try world.apply(id, to: C.haizhuFirst))
        try world.advance(first, through: T.receivingSide)
        try world.act("submit", second, as: C.haizhuFirst)
        try world.advance(second, through: [C.haizhu, C.guangdong])
        #expect(try world.list(as: C.yueluFirst, ["holder": "self"]).total == 2)
        try world.act("approve", second, as: C.yueluFirst)
        let told = try world.page(first, as: C.tianheFirst).transfer
        #expect(told.state == "returned" && told.reason.contains("该生存在在办业务（转学待转出方核办，当前处理单位 岳麓区教育局）"))
        try world.advance(second, through: [C.yuelu, C.hunan])
        #expect(try world.dossier(id).home == C.haizhuFirst.code)
        // Asked again, he is not found there any more.
        try world.act("submit", first, as: C.tianheFirst)
        try world.advance(first, through: [C.tianhe, C.guangdong])
        #expect(try world.page(first, as: C.tianheFirst).transfer.reason.contains("未查到该生"))
    }

    @Test func `an acceptance that loses to another step of the dossier sends the application back, and it can be submitted again`() throws {
        let world = try TransferCountry(seed: 549)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + [C.yueluFirst])
        let accepted = try world.dossier(id)
        let (opened, before) = (try #require(accepted.head), try #require(accepted.chain.dropLast().last))
        // What a copy of the school's node has written at the same moment, and which of the two counts their hashes say.
        let payload = try #require((0..<1000).lazy.map { at in
            Payload.encode(Step(
                hash: before.hash, dossier: accepted.id, previous: before.hash, kind: .applyForDeletion, by: C.yueluFirst.code,
                nextHolder: C.yuelu.code, workflow: before.workflow, topology: 1, at: at, reason: "重复录入"))
        }.first { Payload.stepHash($0) < opened })
        try world.node.archive.write { _ = try $0.append(.step, payload, as: C.yueluFirst.code, to: .up) }
        try world.node.settle()
        #expect(try world.dossier(id).void.contains(opened))
        for party in [C.tianheFirst, C.yueluFirst] {
            let item = try world.page(transfer, as: party).transfer
            #expect(item.state == "returned" && item.holder == C.tianheFirst.code.text && item.reason.contains("未能生效"))
        }
        try world.act("submit", transfer, as: C.tianheFirst)
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.state == "underWay")
    }

    @Test func `an approval that loses to a return of the same authority sends the application back, though it was told first`() throws {
        let world = try TransferCountry(seed: 550)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + [C.yueluFirst, C.yuelu])
        let approved = try world.dossier(id)
        let (approval, opened) = (try #require(approved.head), try #require(approved.chain.dropLast().last))
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.state == "underWay")
        // The authority's disk went back to before it, and somebody there decided otherwise.
        let payload = try #require((0..<1000).lazy.map { at in
            Payload.encode(Step(
                hash: opened.hash, dossier: approved.id, previous: opened.hash, kind: .returnTransfer, by: C.yuelu.code,
                nextHolder: C.yueluFirst.code, workflow: opened.workflow, topology: 1, at: at, reason: "材料不全"))
        }.first { Payload.stepHash($0) < approval })
        try world.node.archive.write { _ = try $0.append(.caseStep, payload, as: C.yuelu.code, to: .unit(C.yueluFirst.code)) }
        try world.node.settle()
        #expect(try world.dossier(id).void.contains(approval) && world.dossier(id).openCase == nil)
        for party in [C.tianheFirst, C.yueluFirst] {
            #expect(try world.page(transfer, as: party).transfer.state == "returned")
        }
    }

    @Test func `a return at any station goes to the receiving school with the reason; mended it goes all the way again`() throws {
        let world = try TransferCountry(seed: 542)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        let stations = T.receivingSide + T.releasingSide
        for (place, unit) in stations.enumerated().dropFirst() {
            try world.advance(transfer, through: Array(stations.prefix(place)))
            try world.back(transfer, as: unit)
            for party in [C.tianheFirst, C.yueluFirst] {
                let item = try world.page(transfer, as: party).transfer
                #expect(item.state == "returned" && item.reason == "材料不全" && item.holder == C.tianheFirst.code.text, "\(unit.name)")
            }
            let dossier = try world.dossier(id)
            #expect(dossier.holder == C.yueluFirst.code && dossier.openCase == nil && dossier.state == .enrolled)
        }
        try world.act("amend", transfer, as: C.tianheFirst, body: world.form(id, from: C.yueluFirst))
        try world.advance(transfer, through: stations)
        #expect(try world.dossier(id).home == C.tianheFirst.code)
    }

    @Test func `withdrawn at any station, the pen goes back by itself, and what is completed stays`() throws {
        let world = try TransferCountry(seed: 543)
        let id = try world.enrolled()
        let stations = T.receivingSide + T.releasingSide
        for place in 1..<stations.count {
            let transfer = try world.apply(id)
            try world.advance(transfer, through: Array(stations.prefix(place)))
            try world.withdraw(transfer)
            for party in [C.tianheFirst, C.yueluFirst] { #expect(try world.page(transfer, as: party).transfer.state == "withdrawn") }
            let dossier = try world.dossier(id)
            #expect(dossier.holder == C.yueluFirst.code && dossier.openCase == nil && dossier.home == C.yueluFirst.code, "\(place)")
            #expect(world.refusal { try world.act("approve", transfer, as: stations[place]) }?.code == "transfer.withdrawn")
        }
        let transfer = try world.apply(id)
        try world.advance(transfer, through: stations)
        let late = world.refusal { try world.withdraw(transfer) }
        #expect(late?.code == "transfer.over" && late?.remedy.contains("办结的转学不能撤销") == true)
    }

    @Test func `a withdrawal that crosses the last approval: what the ferry has first decides`() throws {
        let world = try TransferCountry(seed: 544)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + [C.yueluFirst, C.yuelu])
        // Both are said before the ferry looks.
        try world.withdraw(transfer, settling: false)
        let refused = world.refusal { try world.act("approve", transfer, as: C.hunan, settling: false) }
        #expect(refused?.code == "transfer.withdrawn")
        // A province that had not heard of it approves: the pen comes to the ferry, which returns it.
        try world.node.archive.write { transaction in
            let key = try #require(DossierID(hex: id))
            let dossier = try #require(try transaction.dossier(key))
            try StepWriter(actor: .localOperator(of: C.hunan.code), transaction: transaction).takeBySystem(.approveTransfer, in: dossier)
        }
        #expect(try world.dossier(id).holder == .centre)
        try world.node.settle()
        let dossier = try world.dossier(id)
        #expect(dossier.home == C.yueluFirst.code && dossier.holder == C.yueluFirst.code && dossier.openCase == nil)
        #expect(dossier.chain.last?.by == .centre && dossier.chain.last?.reason == "转入学校已撤销申请：家长改变主意")
    }

    @Test func `a withdrawal that reaches the ferry after the hand-over changes nothing, and is shown so`() throws {
        let world = try TransferCountry(seed: 545)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + T.releasingSide)
        // The receiving school had not heard of the hand-over.
        try world.node.archive.write { transaction in
            let known = try world.known(transfer, transaction)
            let late = TransferWithdrawal(head: known.head, by: C.tianheFirst.code, reason: "家长改变主意", at: transaction.now)
            try transaction.append(.transferWithdrawal, Payload.encode(late), as: C.tianheFirst.code, to: .up)
        }
        try world.node.settle()
        #expect(try world.dossier(id).home == C.tianheFirst.code)
        let page = try world.page(transfer, as: C.yueluFirst)
        #expect(page.transfer.state == "completed" && page.events.last?.label == "撤销（在办结之后，不生效）")
    }

    @Test(arguments: [true, false]) func `a hand-over whose approval was lost with its writer's disk says that the transfer is completed`(_ isBefore: Bool) throws {
        let world = try TransferCountry(seed: 551)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + [C.yueluFirst])
        try world.node.archive.write { transaction in
            let known = try world.known(transfer, transaction)
            let withdrawal = TransferWithdrawal(head: known.head, by: C.tianheFirst.code, reason: "家长改变主意", at: transaction.now)
            func withdraw() throws { try transaction.append(.transferWithdrawal, Payload.encode(withdrawal), as: C.tianheFirst.code, to: .up) }
            if isBefore { try withdraw() }
            // After approvals that nobody has any more.
            let key = try #require(DossierID(hex: id))
            let dossier = try #require(try transaction.dossier(key))
            let order = HandOverOrder(
                source: C.yueluFirst.code, target: C.tianheFirst.code, targetVersion: 1, writer: .centre, stand: .enrolled, record: known.record(of: dossier),
                isNumberHeldBack: false)
            var step = try #require(order.step(after: dossier, DossierFacts(), at: transaction.now, in: transaction.directory))
            step.previous = Hashing.sha256([1])
            step.archive?.length += 2
            let act = transaction.surroundings.act()
            for school in [C.yueluFirst, C.tianheFirst] {
                try transaction.append(.handOver, Payload.encode(step), as: .centre, to: .unit(school.code), act: act)
            }
            if !isBefore { try withdraw() }
        }
        try world.node.settle()
        #expect(try world.dossier(id).home == C.tianheFirst.code && world.dossier(id).chain.first?.kind == .handOver)
        for party in [C.tianheFirst, C.yueluFirst] {
            #expect(try world.page(transfer, as: party).transfer.state == "completed")
        }
    }

    @Test func `a problem that becomes known on the way sends the pen back from the ferry`() throws {
        let world = try TransferCountry(seed: 546)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + [C.yueluFirst, C.yuelu])
        _ = try world.world.enter(1, at: C.haizhuFirst)
        try world.advance(transfer, through: [C.hunan])
        let item = try world.page(transfer, as: C.tianheFirst).transfer
        #expect(item.state == "returned" && item.reason.contains("问题学籍") && item.holder == C.tianheFirst.code.text)
        #expect(try world.dossier(id).openCase == nil)
    }

    @Test func `a releasing school that is merged answers through its authority, and the new one can be asked`() throws {
        let world = try TransferCountry(seed: 547)
        let heir = C.school("2143000002", "岳麓第二小学", "430104")
        try world.add(heir)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide)
        _ = try world.node.call("units.merge", as: C.yuelu.code, ["unit": C.yueluFirst.code.text], body: "{\"into\":\"\(heir.code)\"}")
        try world.node.settle()
        let item = try world.page(transfer, as: C.tianheFirst).transfer
        #expect(item.state == "returned" && item.reason.contains("已撤销，并入“岳麓第二小学”"))
        #expect(world.refusal { _ = try world.act("submit", transfer, as: C.tianheFirst) }?.code == "transfer.closed")
        try world.withdraw(transfer)
        #expect(try world.dossier(id).home == heir.code)
        let again = try world.apply(id, from: heir)
        try world.advance(again, through: T.receivingSide + [heir, C.yuelu, C.hunan])
        #expect(try world.dossier(id).home == C.tianheFirst.code)
    }

    @Test func `a receiving school that is merged on the way gets nobody, and its application does not rest with it for ever`() throws {
        let world = try TransferCountry(seed: 549)
        let heir = C.school("2144000008", "天河第八小学", "440106")
        try world.add(heir)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + [C.yueluFirst, C.yuelu])
        _ = try world.node.call("units.merge", as: C.tianhe.code, ["unit": C.tianheFirst.code.text], body: "{\"into\":\"\(heir.code)\"}")
        try world.node.settle()
        #expect(try world.page(transfer, as: C.yueluFirst).transfer.state == "underWay")
        try world.advance(transfer, through: [C.hunan])
        let item = try world.page(transfer, as: C.yueluFirst).transfer
        #expect(item.state == "withdrawn" && item.holder == nil && item.reason.contains("并入的学校重新申请"))
        #expect(try world.dossier(id).home == C.yueluFirst.code && world.dossier(id).openCase == nil)
        let again = try world.apply(id, to: heir)
        #expect(try world.page(again, as: heir).transfer.state == "prepared")
    }

    @Test func `what a school had only prepared is over with the school`() throws {
        let world = try TransferCountry(seed: 550)
        let heir = C.school("2144000008", "天河第八小学", "440106")
        try world.add(heir)
        let transfer = try world.apply(try world.enrolled())
        _ = try world.node.call("units.merge", as: C.tianhe.code, ["unit": C.tianheFirst.code.text], body: "{\"into\":\"\(heir.code)\"}")
        try world.node.settle()
        #expect(try world.list(as: C.tianhe, ["state": "withdrawn"]).transfers.map(\.transfer) == [transfer])
    }

    @Test func `a releasing school that moves to another county takes the case along`() throws {
        let world = try TransferCountry(seed: 548)
        let kaifu = Unit(code: "430105", name: "开福区教育局", tier: .county, competent: "430100")
        try world.add(kaifu)
        let id = try world.enrolled()
        let transfer = try world.apply(id)
        try world.advance(transfer, through: T.receivingSide + [C.yueluFirst])
        #expect(try world.dossier(id).holder == C.yuelu.code)
        var moved = C.yueluFirst
        (moved.competent, moved.territorial, moved.version) = (kaifu.code, kaifu.code, 2)
        try world.add(moved)
        try world.node.settle()
        #expect(try world.dossier(id).holder == kaifu.code)
        #expect(world.refusal { try world.act("approve", transfer, as: C.yuelu) } != nil)
        try world.advance(transfer, through: [kaifu, C.hunan])
        #expect(try world.dossier(id).home == C.tianheFirst.code)
    }

    @Test func `a releasing school that moves while it is passed on or handed over brings it back, and it goes the new way`() throws {
        for (seed, stations) in [(549, T.receivingSide), (550, T.receivingSide + T.releasingSide)] as [(UInt64, [Unit])] {
            let world = try TransferCountry(seed: seed)
            let id = try world.enrolled()
            let transfer = try world.apply(id)
            try world.advance(transfer, through: Array(stations.dropLast()))
            let last = try #require(stations.last)
            try world.act("approve", transfer, as: last, settling: false)
            var moved = C.yueluFirst
            (moved.competent, moved.territorial, moved.version) = (C.tianhe.code, C.tianhe.code, 2)
            try world.add(moved)
            try world.node.settle()
            let item = try world.page(transfer, as: C.tianheFirst).transfer
            #expect(item.state == "returned" && item.reason.contains("已划转到别的主管部门"), "\(seed)")
            let dossier = try world.dossier(id)
            #expect(dossier.holder == C.yueluFirst.code && dossier.openCase == nil, "\(seed)")
            try world.advance(transfer, through: [C.tianheFirst, C.yueluFirst, C.tianhe])
            #expect(try world.dossier(id).home == C.tianheFirst.code, "\(seed)")
        }
    }
}
