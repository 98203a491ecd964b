import Foundation
import GRDB
import Rules

/// School, county, city, province and centre, a process each on loopback, joined as operators join them.
struct ServedTree {
    /// From the centre down.
    let nodes: [ServedNode]

    var centre: ServedNode { nodes[0] }
    var school: ServedNode { nodes[nodes.count - 1] }

    private static let units = ["000000", "440000", "440100", BenchPupils.county.text, BenchPupils.school.text]
    /// Seconds within which a node that has just joined must know its children.
    private static let patience = 60.0

    private struct Invitation: Decodable { let code: String }
    private struct Known: Decodable {
        struct Item: Decodable { let code: String }
        let units: [Item]
    }

    /// Founds and starts all five.
    init(at place: Workplace) throws {
        nodes = try Self.units.map { try ServedNode("tier-\($0)", at: place) }
        try nodes[0].call("init", "--name", "全国中心")
        try nodes[0].start()
        let feed = place.folder + "/units.csv"
        let lines = [
            ["code", "name", "tier", "competent", "territorial", "kind", "stages", "years", "owner", "urban"],
            [Self.units[1], "广东省教育厅", "province", Self.units[0], "", "", "", "", "", ""],
            [Self.units[2], "广州市教育局", "city", Self.units[1], "", "", "", "", "", ""],
            [Self.units[3], "天河区教育局", "county", Self.units[2], "", "", "", "", "", ""],
            [Self.units[4], "天河一小", "school", Self.units[3], Self.units[3], "211", "1", "6", "831", "111"],
        ]
        try Data(lines.map { $0.joined(separator: ",") + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: feed))
        try nodes[0].call("units", "import", feed)
        for (number, unit) in Self.units.enumerated().dropFirst() {
            let (parent, node) = (nodes[number - 1], nodes[number])
            try Self.wait(for: "\(unit) to be known above it", at: place) {
                try parent.number("SELECT count(*) FROM unit WHERE code = '\(unit)'") == 1
            }
            let invitation = try JSONDecoder().decode(Invitation.self, from: try parent.call("invite", unit))
            try node.call("join", "--parent", parent.peer, "--code", invitation.code)
            try node.start()
        }
    }

    func stop() { for node in nodes.reversed() { node.stop() } }

    /// Looks again and again until it is so.
    static func wait(for what: String, at place: Workplace, seconds: Double = patience, _ isSo: () throws -> Bool) throws {
        let end = place.seconds() + seconds
        while try !isSo() {
            guard place.seconds() < end else { throw BenchFailure("waited in vain for \(what)") }
            usleep(20_000)
        }
    }
}
