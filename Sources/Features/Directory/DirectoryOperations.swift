import Protocol
import Rules
import Store

/// `units import`, and the directory as the unit sees it.
public enum DirectoryOperations {
    struct Item: Encodable, Sendable {
        let code, name, tier: String
        let competent, territorial: String?
        let kind: String
        let closed: Bool
        let version: Int
        /// Unit whose node hosts it; nil while it has no statement key.
        let node: String?
    }

    struct List: Encodable, Sendable { let units: [Item] }

    public static let all: [Operation] = [
        Operation(
            "units.import", .post, "/units/import", "Take in the institution feed as CSV", title: "机构导入",
            body: .file(limit: 64 << 20),
            response: .fields(
                ("added", .integer), ("changed", .integer), ("unchanged", .integer),
                ("refused", .array(.fields(("line", .integer), ("code", .string), ("message", .string))))),
            roles: [.systemAdministrator]
        ) { call in
            guard let file = call.file else {
                throw Refusal("file.missing", "没有收到文件。", remedy: "请附上机构 CSV 文件。", kind: .usage)
            }
            return .json(try call.archive.write { try UnitImport.run(path: file.path, as: call.actor, in: $0) })
        },
        Operation(
            "units.list", .get, "/units", "The unit itself, those above it and those directly below", title: "机构信息",
            parameters: [.init("under", "List the units directly below this one (within one's own subtree)")],
            response: .fields(("units", .array(.anything)))
        ) { call in
            .json(try call.archive.read { reading in
                let directory = reading.directory
                let under = call.parameters["under"].map { UnitCode($0) } ?? call.actor.unit
                guard directory.contains(call.actor.unit, under) else {
                    throw Refusal("units.sight", "只能查看本单位及下属单位。", remedy: "请核对单位代码。", kind: .permission)
                }
                let above = call.parameters["under"] == nil ? directory.path(of: under).compactMap { directory.unit($0) } : []
                return List(units: try (above + directory.children(of: under)).map { try item($0, directory) })
            })
        },
    ] + UnitSearch.operations

    private static func item(_ unit: Unit, _ directory: UnitDirectory) throws -> Item {
        Item(
            code: unit.code.text, name: unit.name, tier: unit.tier.rawValue, competent: unit.competent?.text,
            territorial: unit.territorial?.text, kind: unit.kind, closed: unit.isClosed, version: unit.version,
            node: try directory.activeKey(of: unit.code)?.node.text)
    }
}
