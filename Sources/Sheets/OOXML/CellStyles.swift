/// Which cell styles show days, read from the styles part.
final class CellStyles: XMLSink {
    private var codes: [Int: String] = [:]
    private var formats: [Int] = []
    private var dates: [Bool] = []
    private var isInFormats = false
    private var isInCells = false

    /// Excel's own limit is 64,000.
    private static let styleLimit = 100_000

    /// - Parameter style: index of a cell's `s` attribute.
    func isDate(_ style: Int) -> Bool { style < dates.count && dates[style] }

    func started(_ name: XMLName, _ attributes: XMLAttributes) throws(SheetError) {
        if name == "numFmts" {
            isInFormats = true
        } else if name == "cellXfs" {
            isInCells = true
        } else if isInFormats, name == "numFmt" {
            if let id = attributes.number("numFmtId"), codes.count < Self.styleLimit {
                codes[id] = attributes.text("formatCode")
            }
        } else if isInCells, name == "xf", formats.count < Self.styleLimit {
            formats.append(attributes.number("numFmtId") ?? 0)
        }
    }

    func characters(_ bytes: UnsafeBufferPointer<UInt8>) {}

    func ended(_ name: XMLName) throws(SheetError) {
        if name == "numFmts" {
            isInFormats = false
        } else if name == "cellXfs" {
            isInCells = false
        } else if name == "styleSheet" {
            dates = formats.map { codes[$0].map(NumberFormat.isDate(code:)) ?? NumberFormat.isDate(builtIn: $0) }
        }
    }
}
