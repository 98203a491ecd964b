import Features
@testable import Node
import Testing

struct StatusTextTests {
    private func child(_ number: Int, _ state: String) -> JSONValue {
        .object([
            "unit": .string("214400\(1000 + number)"), "name": .string("广东省实验中学附属天河区第\(number)小学"), "state": .string(state),
            "lastContact": .string("2026-11-23T19:20:11+08:00"), "lagEntries": .integer(12_345), "lagBytes": .integer(99_000_000),
            "lagSeconds": .integer(700_000), "quarantine": .integer(3), "certificateDays": .integer(17),
        ])
    }

    private var status: JSONValue {
        .object([
            "unit": .string("440106"), "name": .string("天河区教育局"), "tier": .string("county"), "version": .string("0.1.0"),
            "incarnation": .string("00112233aabbccdd"), "digest": .string(String(repeating: "a", count: 64)),
            "parent": .object([
                "unit": .string("440100"), "state": .string("away:等待重试：代理服务器要求登录（HTTP 407）。"), "lastContact": .null,
                "lagEntries": .integer(3), "lagBytes": .integer(2048), "lagSeconds": .integer(300), "cause": .string("proxyRefused"),
                "remedy": .string("请在代理地址中写上账号：http://账号:密码@主机:端口，或请网络管理员放行。"),
            ]),
            "children": .array((0..<60).map { child($0, $0 == 59 ? "away" : "connected") }),
            "counts": .object([
                "dossiers": .integer(10), "problems": .integer(1), "L": .integer(2), "G": .integer(3), "J": .integer(0),
                "byState": .object(["unchecked": .integer(4), "enrolled": .integer(6)]),
            ]),
            "quarantine": .integer(1), "parked": .integer(2), "unapplied": .integer(3), "queues": .array([]),
            "alarms": .array([.object([
                "code": .string("disk"), "since": .string("2026-11-23T19:20:11+08:00"),
                "text": .string(String(repeating: "数据所在磁盘只剩约 100 MB，将不能保存和备份。", count: 4)),
            ])]),
        ])
    }

    @Test func `no line is wider than eighty columns`() {
        for line in StatusText(status).text.split(separator: "\n") {
            #expect(Printout.width(String(line)) <= 80, "\(line)")
        }
    }

    @Test func `the cause with its remedy, children in trouble first, counts and alarms are told`() {
        let lines = StatusText(status).text.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.contains("原因 proxyRefused：请在代理地址中写上账号") })
        let children = lines.filter { $0.hasPrefix("  214400") }
        #expect(children.count == StatusText.children)
        #expect(children.first?.contains("2144001059") == true)
        #expect(children.first?.contains("未连接") == true)
        #expect(lines.contains("  …另有 20 个，见 --json"))
        #expect(lines.contains("下级  60 个，已连接 59 个"))
        #expect(lines.contains { $0.contains("未查重 4") && $0.contains("在校生 6") })
        #expect(lines.contains("队列  待处理 3 批，待前序 2 条，隔离 1 条"))
        #expect(lines.contains("  disk  自 11-23 19:20"))
    }
}
