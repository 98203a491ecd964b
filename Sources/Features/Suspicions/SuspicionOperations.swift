import Rules
import Store

/// `suspicions`: the queue of what may be one child twice. Nobody is stopped by it.
public enum SuspicionOperations {
    public static let all: [Operation] = [
        Operation(
            "suspicions.list", .get, "/suspicions", "Pupils below who may be one child under two registrations, likeliest first",
            title: "疑似重复",
            parameters: [
                .init("below", "Only under this unit"), .init("limit", "1 to 1000, default 100"), .init("from", "How many to pass over"),
            ],
            response: .fields(
                ("registrations", .integer), ("total", .integer), ("search", .fields(
                    ("state", .string), ("done", .integer), ("total", .integer), ("waiting", .integer))), ("suspicions", .array(.anything))),
            roles: [.registrar, .head]
        ) { call in
            let (limit, from) = (try number("limit", 100, 1...SuspicionQueue.maxPage, call), try number("from", 0, 0...100_000_000, call))
            return .json(try call.archive.read {
                try mustSearch($0)
                return try SuspicionQueue.page(
                    sight: call.actor.unit, below: call.parameters["below"].map { UnitCode($0) }, limit: limit, from: from, $0)
            })
        },
        Operation(
            "suspicions.search", .post, "/suspicions/search", "Search for suspicions as soon as may be; goes on in the background",
            title: "重新查找疑似重复", response: .fields(("wanted", .boolean)), roles: [.registrar, .head]
        ) { call in
            struct Answer: Encodable { let wanted: Bool }
            try call.archive.write {
                try mustSearch($0.reading)
                try SuspicionRun.want(in: $0)
            }
            return .json(Answer(wanted: true))
        },
    ]

    private static func mustSearch(_ reading: Reading) throws {
        guard try reading.checkingUnit() == nil else { return }
        throw Refusal("suspicions.school", question: "Q55", "学校的节点不查找疑似重复。", remedy: "疑似重复由主管部门的节点查找，请向主管部门了解。")
    }

    private static func number(_ name: String, _ standard: Int, _ range: ClosedRange<Int>, _ call: Call) throws -> Int {
        guard let text = call.parameters[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal(name, "\(name) 应为 \(range.lowerBound) 到 \(range.upperBound)。", remedy: "请改正 \(name)。", kind: .usage)
        }
        return number
    }
}
