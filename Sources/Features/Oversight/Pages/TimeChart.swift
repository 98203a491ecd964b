/// A row of bars over time as SVG, made on the server: light, sharp at any size, readable without colour. The numbers stand in a
/// table beside it, for the picture itself says only what it shows.
struct TimeChart {
    struct Bar {
        /// As the axis and the bar's own title show it.
        let label: String
        /// Nil: not known, the node stood still.
        let value: Int?
    }

    let title: String
    let bars: [Bar]

    private static let (width, height, left, bottom) = (640.0, 150.0, 8.0, 22.0)

    /// Smallest of 1, 2, 5, 10, 20 … that is not below the highest bar.
    private var top: Int {
        let most = max(1, bars.compactMap(\.value).max() ?? 1)
        var step = 1
        while true {
            for factor in [1, 2, 5] where step * factor >= most { return step * factor }
            step *= 10
        }
    }

    var svg: String {
        let plot = Self.height - Self.bottom - 16
        let step = (Self.width - 2 * Self.left) / Double(max(bars.count, 1))
        let top = top
        var drawn = ""
        for (index, bar) in bars.enumerated() {
            guard let value = bar.value, value > 0 else { continue }
            let height = max(1, Double(value) / Double(top) * plot)
            drawn += """
                <rect class="bar" x="\(Self.short(Self.left + Double(index) * step))" y="\(Self.short(16 + plot - height))" \
                width="\(Self.short(max(step * 0.8, 0.8)))" height="\(Self.short(height))"/>
                """
        }
        return """
            <svg class="chart" viewBox="0 0 640 150" role="img" aria-label="\(title)，最高 \(bars.compactMap(\.value).max() ?? 0)">\
            <line x1="0" x2="640" y1="16" y2="16"/><line x1="0" x2="640" y1="128" y2="128"/>\
            <text x="0" y="12">\(ShownTime.count(top))</text>\(drawn)\(labels)</svg>
            """
    }

    /// Of the first, the middle and the last bar.
    private var labels: String {
        guard let first = bars.first, let last = bars.last else { return "" }
        let middle = bars.count > 4 ? #"<text x="320" y="146" text-anchor="middle">\#(bars[bars.count / 2].label)</text>"# : ""
        let end = bars.count > 1 ? #"<text x="640" y="146" text-anchor="end">\#(last.label)</text>"# : ""
        return #"<text x="0" y="146">\#(first.label)</text>"# + middle + end
    }

    /// One decimal, without a trailing zero.
    private static func short(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
