@testable import Features
import Rules
import Sheets
import Store
import Testing

/// From Thursday, 10 September 2026.
@Suite struct TransferReportTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    private func statistics(_ world: TransferCountry, as unit: Unit, _ parameters: [String: String] = [:]) throws -> TransferReport.Statistics {
        let today = world.node.clock.surroundings.today
        return try world.node.archive.read { reading in
            let scope = try TransferReport.Scope(parameters, actor: .localOperator(of: unit.code), reading.directory)
            return try TransferReport.statistics(scope, today: today, reading)
        }
    }

    @Test func `days per station and who was late follow from the steps, for each unit's own sight`() throws {
        let world = try TransferCountry(seed: 641)
        let transfer = try world.apply(try world.enrolled())
        for (unit, days) in zip(T.receivingSide + T.releasingSide, [0, 3, 2, 20, 1, 4] as [Int64]) {
            world.node.clock.advance(days * 86_400)
            try world.advance(transfer, through: [unit])
        }
        let report = try statistics(world, as: C.hunan)
        #expect(report.total == 1 && report.byState == ["completed": 1])
        let days = Dictionary(uniqueKeysWithValues: report.stages.map { ($0.station, $0.meanDays) })
        #expect(days == ["receivingAuthority": 3, "receivingProvince": 2, "releasingSchool": 20, "releasingAuthority": 1, "releasingProvince": 4])
        #expect(report.stages.allSatisfy { $0.ended == 1 && $0.open == 0 })
        #expect(report.units.map(\.unit) == [C.yueluFirst.code.text] && report.units.first?.overdue == 1)
        #expect(try statistics(world, as: C.haizhu).total == 0)
        #expect(try statistics(world, as: C.tianhe, ["direction": "out"]).total == 0 && statistics(world, as: C.tianhe, ["direction": "in"]).total == 1)
        #expect(try statistics(world, as: C.tianhe, ["kind": "withinProvince"]).total == 0)
        #expect(try statistics(world, as: C.tianhe, ["from": "2026-09-11"]).total == 0 && statistics(world, as: C.tianhe, ["to": "2026-09-10"]).total == 1)
        #expect(world.refusal { _ = try statistics(world, as: C.tianhe, ["unit": "430000"]) }?.code == "sight")
        #expect(world.refusal { _ = try statistics(world, as: C.tianhe, ["kind": "moon"]) }?.question == "Q77")
    }

    @Test func `what still is with somebody counts as open, and as late when its day is over`() throws {
        let world = try TransferCountry(seed: 642)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        #expect(try statistics(world, as: C.tianhe).units.isEmpty)
        world.node.clock.advance(30 * 86_400)
        let report = try statistics(world, as: C.tianhe)
        #expect(report.stages.map(\.open) == [1] && report.units.map(\.open) == [1] && report.units.first?.name == "天河区教育局")
    }

    @Test func `a school's workbook names its pupils, an authority's does not`() throws {
        let world = try TransferCountry(seed: 643)
        let id = try world.enrolled()
        _ = try world.apply(id)
        let name = try world.dossier(id).record.name
        let today = world.node.clock.surroundings.today
        for (unit, isNamed) in [(C.tianheFirst, true), (C.guangdong, false)] {
            let path = world.node.folder + "/transfers-\(unit.code).xlsx"
            try world.node.archive.read { reading in
                let scope = try TransferReport.Scope([:], actor: .localOperator(of: unit.code), reading.directory)
                try TransferReport.write(scope, isNamed: isNamed, title: "转学", today: today, reading, to: path)
            }
            let cells = try Self.cells(path)
            #expect(cells.contains(name) == isNamed && cells.contains("跨省") && cells.contains("岳麓第一小学"))
        }
    }

    @Test func `more than a report can look at are refused, until the period holds few enough`() throws {
        let world = try TransferCountry(seed: 644)
        let children = try [world.enrolled(1), world.enrolled(2)]
        for child in children {
            _ = try world.apply(child)
            world.node.clock.advance(2 * 86_400)
        }
        let today = world.node.clock.surroundings.today
        func total(_ parameters: [String: String], most: Int) throws -> Int {
            try world.node.archive.read { reading in
                var scope = try TransferReport.Scope(parameters, actor: .localOperator(of: C.tianhe.code), reading.directory)
                scope.most = most
                return try TransferReport.statistics(scope, today: today, reading).total
            }
        }
        #expect(try total([:], most: 2) == 2)
        let refusal = world.refusal { _ = try total([:], most: 1) }
        #expect(refusal?.code == "transfers.tooMany" && refusal?.remedy.contains("申请时段") == true)
        // Applied for on the 10th and the 12th.
        #expect(try total(["from": "2026-09-11"], most: 1) == 1)
        #expect(try total(["to": "2026-09-11"], most: 1) == 1)
        #expect(try total(["from": "2026-09-10", "to": "2026-09-12"], most: 2) == 2)
        #expect(world.refusal { _ = try total(["from": "2026-09-10", "to": "2026-09-12"], most: 1) }?.code == "transfers.tooMany")
        // Both are across provinces: of another kind there are few enough.
        #expect(try total(["kind": "withinProvince"], most: 1) == 0)
        #expect(world.refusal { _ = try total(["kind": "acrossProvinces"], most: 1) }?.remedy.contains("转学类别") == true)
        // A row from before the column counts, and is told by the transfer itself.
        try world.node.archive.write { try $0.database.execute(sql: "UPDATE transfer SET applied = NULL") }
        #expect(world.refusal { _ = try total(["from": "2026-09-11"], most: 1) }?.code == "transfers.tooMany")
        #expect(try total(["from": "2026-09-11"], most: 2) == 1)
    }

    private static func cells(_ path: String) throws -> Set<String> {
        let rows = try WorkbookReader.open(path).rows()
        var cells: Set<String> = []
        while let row = try rows.next() { cells.formUnion(row.texts) }
        return cells
    }
}
