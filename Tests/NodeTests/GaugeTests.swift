@testable import Node
import Testing

struct GaugeTests {
    @Test func `a gauge tells help, type and its samples, labels in order and escaped`() {
        let gauge = Gauge("xueji_alarms", "Alarms by code.", [.init(labels: ["code": "a\"b", "also": "x"], value: 2)])
        #expect(gauge.lines == [
            "# HELP xueji_alarms Alarms by code.", "# TYPE xueji_alarms gauge", "xueji_alarms{also=\"x\",code=\"a\\\"b\"} 2.0",
        ])
    }

    @Test func `without samples nothing is told`() {
        #expect(Gauge("xueji_alarms", "Alarms by code.", []).lines.isEmpty)
    }
}
