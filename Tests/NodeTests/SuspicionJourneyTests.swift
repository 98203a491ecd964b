import Foundation
@testable import Node
import Testing

/// From made-up pupils to suspicions, through the real command.
struct SuspicionJourneyTests {
    @Test func `weights are trained and an audit with them suspects the double, not the twin`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("suspicion-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (pupils, decided, weights, pairs) = (folder + "/pupils.csv", folder + "/decided.csv", folder + "/weights", folder + "/pairs.csv")
        try Self.pupils.write(toFile: pupils, atomically: true, encoding: .utf8)
        try "rec_no_a,rec_no_b,same\n1,4,1\n".write(toFile: decided, atomically: true, encoding: .utf8)

        #expect(await XuejiCommand.runProgram(["audit", pupils, "--suspect", "--out", pairs, "--reasons", folder + "/why.csv", "--json"]) == 0)
        let shipped = try suspects(pairs)
        #expect(shipped == ["1,4"])
        #expect(try String(contentsOfFile: folder + "/why.csv", encoding: .utf8).contains("1,4,birthDate,swapped,"))

        #expect(await XuejiCommand.runProgram(["weights", pupils, "--decided", decided, "--out", weights, "--json"]) == 0)
        #expect(await XuejiCommand.runProgram(["audit", pupils, "--suspect", "--weights", weights, "--out", pairs, "--json"]) == 0)
        #expect(try suspects(pairs) == shipped)

        #expect(await XuejiCommand.runProgram(["audit", pupils, "--suspect", "--weights", pupils, "--out", pairs, "--json"]) == 1)
        #expect(await XuejiCommand.runProgram(["audit", pupils, "--weights", weights, "--out", pairs, "--json"]) == 2)
        #expect(await XuejiCommand.runProgram(["weights", pupils, "--out", weights, "--json"]) == 2)
    }

    private func suspects(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { $0.contains(",suspect,") }
            .map { $0.split(separator: ",").prefix(2).joined(separator: ",") }
    }

    private static let pupils: String = {
        let family = "110101人民路24号9栋201室,15180180252,赖然杰,320924198607150752,15180180252"
        var lines = [
            "rec_no,school_code,name,sex,birth,id_type,id_no,addr,phone,g1_name,g1_id_no,g1_phone",
            "1,3110101001,赖梓萱,2,20091205,1,110101200912052903,\(family)",
            "2,3110101001,赖梓妍,2,20091205,1,11010120091205292X,\(family)",
            "3,3110101001,赖浩,1,20130717,Z,,\(family)",
            "4,3440106001,赖梓萱,2,20090512,Z,,440106天河路8号2栋101室,18812345670,赖然杰,320924198607150752,18812345670",
        ]
        for (index, name) in "李国强 王芳 陈晓东 刘静怡 黄海 周杰 吴敏 郑爽 冯刚 孙丽".split(separator: " ").enumerated() {
            lines.append("\(index + 10),3\(120_101 + index * 10_000)001,\(name),\(index % 2 + 1),201\(index)0\(index % 9 + 1)1\(index),Z,,"
                + "解放路\(index + 1)号\(index + 2)栋,1370000\(1000 + index * 77),家长\(name),,")
        }
        return lines.joined(separator: "\n") + "\n"
    }()
}
