import Rules

/// China as a grid of equal tiles, one for each province, roughly where it lies. Server-made SVG; colour is never the
/// only sign: every tile carries its figure and its state in words.
enum ProvinceMap {
    /// What a tile shows.
    struct Tile {
        let count: Int
        /// `good`, `bad` or empty, as tags have it.
        let tone: String
        /// Chinese, for example 已连接.
        let state: String
        let href: String
    }

    /// Column and row by the first two digits of the division code; 66 is the XPCC (兵团).
    static let places: [String: (name: String, column: Int, row: Int)] = [
        "65": ("新疆", 0, 1), "66": ("兵团", 0, 2), "54": ("西藏", 0, 4), "63": ("青海", 1, 3), "62": ("甘肃", 2, 2), "15": ("内蒙古", 4, 1),
        "23": ("黑龙江", 8, 0), "22": ("吉林", 8, 1), "21": ("辽宁", 7, 2), "11": ("北京", 6, 2), "12": ("天津", 6, 3), "13": ("河北", 5, 2),
        "14": ("山西", 4, 3), "37": ("山东", 5, 3), "64": ("宁夏", 2, 3), "61": ("陕西", 3, 3), "41": ("河南", 4, 4), "32": ("江苏", 6, 4),
        "31": ("上海", 7, 4), "34": ("安徽", 5, 4), "42": ("湖北", 4, 5), "51": ("四川", 2, 4), "50": ("重庆", 3, 4), "33": ("浙江", 6, 5),
        "36": ("江西", 5, 5), "43": ("湖南", 4, 6), "52": ("贵州", 3, 5), "53": ("云南", 2, 5), "35": ("福建", 6, 6), "44": ("广东", 5, 6),
        "45": ("广西", 3, 6), "46": ("海南", 4, 7), "71": ("台湾", 7, 6), "81": ("香港", 6, 7), "82": ("澳门", 5, 7),
    ]

    private static let size = 92
    private static let gap = 6

    /// - Parameter tiles: by the first two digits of the division code; provinces that are not in the tree stay pale.
    static func svg(_ tiles: [String: Tile]) -> String {
        let width = 9 * (size + gap)
        let height = 8 * (size + gap)
        let all = places.sorted { ($0.value.row, $0.value.column) < ($1.value.row, $1.value.column) }
        return """
            <svg viewBox="0 0 \(width) \(height)" class="map" role="group" aria-label="各省学籍数和链路状态">
            \(all.map { tile($0.value, tiles[$0.key]) }.joined(separator: "\n"))
            </svg>
            """
    }

    private static func tile(_ place: (name: String, column: Int, row: Int), _ tile: Tile?) -> String {
        let (x, y) = (place.column * (size + gap), place.row * (size + gap))
        guard let tile else {
            return """
                <g class="pale"><rect x="\(x)" y="\(y)" width="\(size)" height="\(size)" rx="4"/>\
                <text x="\(x + 10)" y="\(y + 28)" class="name">\(place.name)</text></g>
                """
        }
        return """
            <a href="\(tile.href)" aria-label="\(place.name)，\(tile.count) 名学生，\(tile.state)"><g class="\(tile.tone)"><rect x="\(x)" y="\(y)" width="\(size)" height="\(size)" rx="4"/>\
            <text x="\(x + 10)" y="\(y + 28)" class="name">\(place.name)</text><text x="\(x + 10)" y="\(y + 54)" class="count">\(ShownTime.count(tile.count))</text>\
            <text x="\(x + 10)" y="\(y + 78)" class="state">\(tile.state)</text></g></a>
            """
    }
}
