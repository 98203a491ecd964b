import GRDB
import Protocol
import Rules
import Store

/// Counts of pupils for each unit directly below another, in one pass over the registry.
struct SubtreeCounts: Encodable, Sendable {
    struct Line: Encodable, Sendable {
        let unit, name, tier: String
        /// Whether the unit runs a node of its own.
        let hasNode: Bool
        /// How many units stand directly below it.
        let children: Int
        let counts: StatusReport.Counts
    }

    let unit, name, tier: String
    let lines: [Line]

    static let operation = Operation(
        "units.counts", .get, "/units/{unit}/counts", "Counts of each unit directly below", title: "辖区学籍统计",
        parameters: [.path("unit", "A unit of one's own subtree")],
        response: .fields(("unit", .string), ("name", .string), ("tier", .string), ("lines", .array(.anything)))
    ) { call in
        .json(try call.archive.read { try counts(below: UnitCode(call.parameters["unit"] ?? ""), sight: call.actor.unit, $0) })
    }

    static func counts(below unit: UnitCode, sight: UnitCode, _ reading: Reading) throws -> SubtreeCounts {
        let directory = reading.directory
        guard let top = directory.unit(unit), directory.contains(sight, unit) else {
            throw Refusal("units.sight", "只能查看本单位及下属单位。", remedy: "请核对单位代码。", kind: .permission)
        }
        let children = try directory.children(of: unit)
        let below = try StatusReport.homes(reading)
        var sums: [UnitCode: StatusReport.Counts] = [:]
        for (home, counts) in below {
            let path = directory.path(of: home)
            // A path runs from the home upwards; the unit before `unit` is the child it belongs to.
            guard let place = path.firstIndex(of: unit), place > 0 else { continue }
            sums[path[place - 1], default: .init()].add(counts)
        }
        return SubtreeCounts(
            unit: unit.text, name: top.name, tier: top.tier.rawValue,
            lines: try children.map { child in
                Line(
                    unit: child.code.text, name: child.name, tier: child.tier.rawValue,
                    hasNode: try directory.activeKey(of: child.code)?.node == child.code,
                    children: try directory.children(of: child.code).count, counts: sums[child.code] ?? .init())
            })
    }
}
