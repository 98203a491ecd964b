import Testing
@testable import Sheets

@Suite struct HeaderFinderTests {
    final class Given: RowSource {
        var rows: [SheetRow]
        init(_ rows: [SheetRow]) { self.rows = rows }
        func next() throws(SheetError) -> SheetRow? { rows.isEmpty ? nil : rows.removeFirst() }
    }

    static func sheet(_ rows: [(Int, [String])]) -> SheetRows {
        SheetRows(sheet: SheetInfo(name: "a", isVisible: true, index: 0), source: Given(rows.map { number, texts in
            SheetRow(number: number, cells: texts.enumerated().filter { !$0.element.isEmpty }.map { column, text in
                SheetCell(text, row: number, column: column)
            })
        }))
    }

    static func known(_ titles: [String]) -> Int { titles.filter { ["姓名", "性别", "父亲姓名", "父亲电话"].contains($0) }.count }

    @Test("the header is found under titles and remarks, and the rows go on below it")
    func underTitle() throws {
        let rows = Self.sheet([(1, ["花名册"]), (3, ["说明:姓名必填"]), (4, ["姓名", "", "性别"]), (5, ["张伟", "", "男"])])
        #expect(try HeaderFinder.find(in: rows, score: Self.known) == SheetHeader(titles: ["姓名", "", "性别"], rows: 4...4))
        #expect(try rows.next()?.texts == ["张伟", "", "男"])
    }

    @Test("a header over two rows is laid together")
    func twoRows() throws {
        let rows = Self.sheet([(1, ["姓名", "性别", "父亲"]), (2, ["", "", "父亲姓名", "父亲电话"]), (3, ["张伟", "男", "张军", "1"])])
        #expect(try HeaderFinder.find(in: rows, score: Self.known)
            == SheetHeader(titles: ["姓名", "性别", "父亲姓名", "父亲电话"], rows: 1...2))
        #expect(try rows.next()?.number == 3)
    }

    @Test("a sparse first pupil does not become a part of the header")
    func sparse() throws {
        let rows = Self.sheet([(1, ["姓名", "性别"]), (2, ["", "", "王"])])
        #expect(try HeaderFinder.find(in: rows, score: Self.known)?.rows == 1...1)
    }

    @Test("without a header within ten rows nothing is taken")
    func none() throws {
        let rows = Self.sheet((1...12).map { ($0, [$0 == 11 ? "姓名" : "x"]) })
        #expect(try HeaderFinder.find(in: rows, score: Self.known) == nil)
        #expect(try rows.next()?.number == 1)
    }
}
