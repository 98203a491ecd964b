@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
@testable import Store
import Testing

/// What counts as an inquiry or an answer to one, whoever says so and in whatever order it comes.
@Suite struct InquiryProjectionTests {
    private typealias C = SmallCountry

    private static let pupil = FoundPupil(
        school: C.yueluFirst.code, schoolName: "岳麓第一小学", stage: 1, grade: "三年级", state: "enrolled", stateLabel: "在校生", hasOpenCase: false,
        sex: "2", birthYear: "2016")

    private func answer(
        _ id: Rules.Digest, to unit: UnitCode = C.tianheFirst.code, by: UnitCode, answeredBy: UnitCode? = nil,
        _ outcome: InquiryAnswer.Outcome = .found
    ) -> [UInt8] {
        Payload.encode(InquiryAnswer(
            id: id, unit: unit, by: by, answeredBy: answeredBy ?? by, outcome: outcome, pupil: outcome == .found ? Self.pupil : nil, at: 9))
    }

    private func say(_ kind: EntryKind, _ payload: [UInt8], as unit: UnitCode, to audience: Audience, _ world: InquiryCountry) throws {
        try world.node.archive.write { _ = try $0.append(kind, payload, as: unit, to: audience) }
    }

    @Test func `nobody answers, asks, passes on or tells who may not`() throws {
        let world = try InquiryCountry(seed: 31)
        let item = try world.ask("王五", number: "G1", settling: false)
        let id = try InquiryCountry.id(item)
        let asker = C.tianheFirst.code
        let question = try #require(try world.node.archive.read { try InquiryShelf($0).file(id) }).inquiry
        var others = question
        others.unit = C.tianhe.code
        let forward = Payload.encode(InquiryForward(inquiry: Payload.encode(question), to: C.hunan.code, at: 1))
        func notice(_ event: InquiryNotice.Event, by: UnitCode) -> [UInt8] {
            Payload.encode(InquiryNotice(id: id, unit: asker, by: by, event: event, place: "430000", since: nil, at: 1))
        }
        let bad: [(EntryKind, [UInt8], UnitCode, Audience)] = [
            (.inquiry, [1, 2, 3], asker, .up),
            (.inquiry, Payload.encode(others), C.tianhe.code, .up),
            (.inquiry, Payload.encode(question), C.haizhuFirst.code, .up),
            (.inquiry, Payload.encode(question), asker, .unit(asker)),
            (.inquiryForward, forward, C.guangdong.code, .unit(C.guangzhou.code)),
            (.inquiryForward, forward, .centre, .unit(C.guangdong.code)),
            (.inquiryForward, forward, .centre, .up),
            (.inquiryAnswer, answer(id, by: C.hunan.code), C.hunan.code, .unit(asker)),
            (.inquiryAnswer, answer(id, by: C.hunan.code), C.guangdong.code, .unit(asker)),
            (.inquiryAnswer, answer(id, by: C.guangdong.code, answeredBy: C.hunan.code), C.guangdong.code, .unit(asker)),
            (.inquiryAnswer, answer(id, by: C.guangdong.code), C.guangdong.code, .unit(C.haizhuFirst.code)),
            (.inquiryAnswer, answer(id, by: C.changsha.code), C.changsha.code, .up),
            (.inquiryAnswer, answer(id, by: asker), asker, .unit(asker)),
            (.inquiryNotice, notice(.expired, by: C.guangdong.code), C.guangdong.code, .unit(asker)),
            (.inquiryNotice, notice(.expired, by: asker), asker, .unit(asker)),
            (.inquiryNotice, notice(.away, by: C.guangdong.code), C.guangdong.code, .unit(asker)),
        ]
        for (index, (kind, payload, unit, audience)) in bad.enumerated() {
            #expect(throws: StoreError.self, "case \(index)") { try say(kind, payload, as: unit, to: audience, world) }
        }
        #expect(try world.show(item.inquiry, as: C.tianheFirst).state == "waiting")
    }

    @Test func `an answer of a province that was not asked, or to another's question, does not count`() throws {
        let world = try InquiryCountry(seed: 32)
        let item = try world.ask("王五", number: "G1", settling: false)
        let id = try InquiryCountry.id(item)
        try say(.inquiryAnswer, answer(id, by: C.hunan.code), as: C.hunan.code, to: .up, world)
        try say(.inquiryAnswer, answer(id, to: C.haizhuFirst.code, by: .centre), as: .centre, to: .unit(C.haizhuFirst.code), world)
        #expect(try world.show(item.inquiry, as: C.tianheFirst).state == "waiting")
        try world.node.settle()
        #expect(try world.show(item.inquiry, as: C.tianheFirst).state == "notFound")
    }

    @Test func `of several answers the one counts that tells more, then the higher authority's`() throws {
        let world = try InquiryCountry(seed: 33)
        let asker = C.tianheFirst.code
        for (said, expected) in [
            ([(C.guangdong.code, .notFound), (.centre, .found)], "found"), ([(C.guangdong.code, .found), (.centre, .notFound)], "found"),
            ([(C.guangdong.code, .ambiguous), (.centre, .found)], "ambiguous"), ([(C.guangdong.code, .limited), (.centre, .notFound)], "notFound"),
        ] as [([(UnitCode, InquiryAnswer.Outcome)], String)] {
            for order in [said, said.reversed()] {
                let item = try world.ask("王五", number: "G1", settling: false)
                for (unit, outcome) in order {
                    try say(.inquiryAnswer, answer(try InquiryCountry.id(item), by: unit, outcome), as: unit, to: .unit(asker), world)
                }
                #expect(try world.show(item.inquiry, as: C.tianheFirst).state == expected)
            }
        }
    }

    @Test func `asker and answering province see the same in any order of arrival`() throws {
        let world = try InquiryCountry(seed: 34)
        let item = try world.ask(world.far.name, number: world.far.number)
        let id = try InquiryCountry.id(item)
        for (unit, isAsker) in [(C.tianheFirst.code, true), (C.hunan.code, false)] {
            let all = try world.node.envelopes(for: unit)
            var rows: [[String]] = []
            for (index, order) in [all, all.reversed(), all.sorted { $0.count < $1.count }].enumerated() {
                let node = try world.node.reader(seed: 700 + UInt64(index), of: unit)
                try Self.take(order, node)
                let file = try #require(try node.archive.read { try InquiryShelf($0).file(id) })
                let answer = try node.archive.read { file.answer($0.directory) }
                #expect(answer?.outcome == .found && answer?.pupil?.school == C.yueluFirst.code && answer?.by == (isAsker ? .centre : C.hunan.code))
                #expect(file.inquiry.unit == C.tianheFirst.code)
                // Nothing about the pupil but the answer is at the asker's node.
                let known = try node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM dossier WHERE home = '2143000001'") }
                #expect(known == (isAsker ? 0 : 1))
                rows.append(try node.archive.read { reading in
                    try InquiryProjection().tables.flatMap { try Row.fetchAll(reading.database, sql: $0.sql).map { "\($0)" } }
                })
            }
            #expect(rows[0] == rows[1] && rows[0] == rows[2] && !rows[0].isEmpty)
        }
    }

    private static func take(_ envelopes: [[UInt8]], _ reader: TestNode) throws {
        var waiting = envelopes
        for _ in 0..<80 where !waiting.isEmpty {
            waiting = try reader.archive.write { transaction in
                try waiting.filter { bytes in
                    let outcome = try transaction.accept(bytes, from: .parent).0
                    return outcome != .stored && outcome != .known
                }
            }
            try reader.settle()
        }
        #expect(waiting.count == 0)
    }

    @Test func `what a revoked key had said is taken back`() throws {
        let world = try InquiryCountry(seed: 35)
        let item = try world.ask(world.near.name, number: world.near.number)
        let id = try InquiryCountry.id(item)
        try world.node.archive.write { transaction in
            for (table, kind, unit, audience) in [
                ("inquiry_answer", .inquiryAnswer, C.guangzhou.code, .unit(C.tianheFirst.code)), ("inquiry", .inquiry, C.tianheFirst.code, .up),
            ] as [(String, EntryKind, UnitCode, Audience)] {
                let payload = try Data.fetchOne(transaction.database, sql: "SELECT payload FROM \(table)")
                let entry = Entry(act: transaction.surroundings.act(), kind: kind, payload: Array(try #require(payload)))
                let stream = StreamID(unit: unit, incarnation: try transaction.incarnation(of: unit), audience: audience)
                #expect(try InquiryProjection().withdraw(entry, of: stream, in: transaction))
            }
            #expect(try InquiryShelf(transaction.reading).file(id) == nil)
        }
    }
}
