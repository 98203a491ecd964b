@testable import Node
import Testing

struct RequestMeterTests {
    @Test func `requests and durations are told in Prometheus' text format`() {
        let meter = RequestMeter()
        meter.count("students.list", status: 200, seconds: 0.01)
        meter.count("students.list", status: 403, seconds: 3)
        let lines = meter.text(gauges: [Gauge("xueji_children", "Children.", 2)]).split(separator: "\n").map(String.init)
        #expect(lines.contains("xueji_requests_total{operation=\"students.list\",status=\"200\"} 1"))
        #expect(lines.contains("xueji_request_seconds_bucket{operation=\"students.list\",le=\"0.005\"} 0"))
        #expect(lines.contains("xueji_request_seconds_bucket{operation=\"students.list\",le=\"0.025\"} 1"))
        #expect(lines.contains("xueji_request_seconds_bucket{operation=\"students.list\",le=\"10.0\"} 2"))
        #expect(lines.contains("xueji_request_seconds_count{operation=\"students.list\"} 2"))
        #expect(lines.contains("xueji_children 2.0"))
    }
}
