import Features

/// The links in Prometheus' form.
struct LinkGauges {
    let all: [Gauge]

    init(_ links: OversightOperations.Links) {
        let (parent, children) = (links.parent, links.children)
        func isUp(_ link: StatusReport.Link) -> Bool { link.state.hasPrefix("connected") }
        // One series a child as long as there are not too many; the sums are always there.
        let named = children.count <= LinkBoard.namedChildren ? children : []
        func each(_ value: (StatusReport.Link) -> Double) -> [Gauge.Sample] {
            named.map { Gauge.Sample(labels: ["unit": $0.unit ?? ""], value: value($0)) }
        }
        all = [
            Gauge("xueji_parent_connected", "1 while the link upwards stands.", isUp(parent) ? 1 : 0),
            Gauge("xueji_parent_lag_entries", "Entries that the parent has not confirmed.", Double(parent.lagEntries)),
            Gauge("xueji_parent_lag_bytes", "Their bytes.", Double(parent.lagBytes)),
            Gauge("xueji_parent_lag_seconds", "Age of the oldest of them.", Double(parent.lagSeconds)),
            Gauge(
                "xueji_parent_failing", "1 with the cause while the link upwards fails.",
                parent.cause.map { [Gauge.Sample(labels: ["cause": $0], value: 1)] } ?? []),
            Gauge(
                "xueji_clock_ahead_seconds", "Seconds by which this clock is ahead of the parent's.",
                parent.clockAheadSeconds.map { [Gauge.Sample(value: Double($0))] } ?? []),
            Gauge(
                "xueji_parent_certificate_days", "Days until this node's certificate ends.",
                parent.certificateDays.map { [Gauge.Sample(value: Double($0))] } ?? []),
            Gauge("xueji_parent_blobs_waiting", "Attached files that wait for the parent.", Double(parent.blobs.waiting)),
            Gauge("xueji_parent_blob_bytes_waiting", "Their bytes.", Double(parent.blobs.bytes)),
            Gauge("xueji_children_blobs_waiting", "Attached files that are awaited of children.", Double(children.reduce(0) { $0 + $1.blobs.waiting })),
            Gauge("xueji_children_blob_bytes_waiting", "Their bytes.", Double(children.reduce(0) { $0 + $1.blobs.bytes })),
            Gauge("xueji_children", "Children with a node of their own.", Double(children.count)),
            Gauge("xueji_children_connected", "Children that are connected.", Double(children.count(where: isUp))),
            Gauge("xueji_children_lag_entries", "Entries that wait for children.", Double(children.reduce(0) { $0 + $1.lagEntries })),
            Gauge("xueji_children_lag_seconds_max", "Age of the oldest of them.", Double(children.map(\.lagSeconds).max() ?? 0)),
            Gauge("xueji_child_connected", "1 while the child is connected; up to 200 children.", each { isUp($0) ? 1 : 0 }),
            Gauge("xueji_child_lag_entries", "Entries that wait for the child.", each { Double($0.lagEntries) }),
            Gauge("xueji_child_lag_bytes", "Their bytes.", each { Double($0.lagBytes) }),
            Gauge("xueji_child_lag_seconds", "Age of the oldest of them.", each { Double($0.lagSeconds) }),
            Gauge("xueji_child_certificate_days", "Days until the child's certificate ends.", named.compactMap { child in
                child.certificateDays.map { Gauge.Sample(labels: ["unit": child.unit ?? ""], value: Double($0)) }
            }),
            Gauge("xueji_child_quarantine_entries", "The child's entries in quarantine here.", each { Double($0.quarantine ?? 0) }),
        ]
    }
}
