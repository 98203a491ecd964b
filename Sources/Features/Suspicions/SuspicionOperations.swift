import Rules
import Store

/// `suspicions`: the queue of what may be one child twice. Nobody is stopped by it.
public enum SuspicionOperations {
    public static let all: [Operation] = [
        Operation(
            "suspicions.list", .get, "/suspicions", "Pupils below who may be one child under two registrations, likeliest first",
            title: "疑似重复",
            parameters: [.init("below", "Only under this unit"), .init("limit", "1 to 1000, default 100")],
            response: .fields(("registrations", .integer), ("total", .integer), ("suspicions", .array(.anything))),
            roles: [.registrar, .head]
        ) { call in
            .json(try SuspicionQueue.page(
                sight: call.actor.unit, below: call.parameters["below"].map { UnitCode($0) }, limit: try limit(call), call.archive))
        },
    ]

    private static func limit(_ call: Call) throws -> Int {
        guard let text = call.parameters["limit"] else { return 100 }
        guard let limit = Int(text), (1...SuspicionQueue.maxPage).contains(limit) else {
            throw Refusal("limit", "limit 应为 1 到 \(SuspicionQueue.maxPage)。", remedy: "请改正 limit。", kind: .usage)
        }
        return limit
    }
}
