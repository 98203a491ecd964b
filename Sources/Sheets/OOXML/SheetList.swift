/// The workbook part: its sheets in order, and how it counts days.
final class SheetList: XMLSink {
    struct Sheet: Hashable {
        var name: String
        var isVisible: Bool
        var relationship: String
    }

    private(set) var sheets: [Sheet] = []
    private(set) var dates = SerialDate.System.from1900

    func started(_ name: XMLName, _ attributes: XMLAttributes) throws(SheetError) {
        if name == "workbookPr" {
            if attributes.isTrue("date1904") { dates = .from1904 }
        } else if name == "sheet", sheets.count < 1_000 {
            let state = attributes.text("state") ?? "visible"
            sheets.append(Sheet(
                name: attributes.text("name") ?? "", isVisible: state == "visible",
                relationship: attributes.text("id", prefixed: true) ?? ""))
        }
    }

    func characters(_ bytes: UnsafeBufferPointer<UInt8>) {}
    func ended(_ name: XMLName) throws(SheetError) {}
}
