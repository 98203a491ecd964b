/// A filled cell as the file stores it, nothing mended.
public struct SheetCell: Sendable, Hashable {
    /// `number` and `date` tell an ID number damaged by Excel from one that was typed as text.
    public enum Kind: Sendable, Hashable { case text, number, date, boolean, error }

    public var kind: Kind
    /// Numbers in shortest plain decimal (`1.2E+17` is `120000000000000000`), dates as `YYYYMMDD` (a time of day is
    /// dropped), booleans as `TRUE` or `FALSE`, errors as `#N/A`, formulas as their stored result. Never blank.
    public var text: String
    /// From 1, as Excel shows it.
    public var row: Int
    /// From 0; column A is 0.
    public var column: Int

    public init(_ text: String, kind: Kind = .text, row: Int, column: Int) {
        self.kind = kind
        self.text = text
        self.row = row
        self.column = column
    }

    /// As Excel shows it: `C7`.
    public var reference: String { CellReference.text(row: row, column: column) }
}

/// A row with at least one filled cell.
public struct SheetRow: Sendable, Hashable {
    /// From 1, as Excel shows it.
    public var number: Int
    /// By rising column. Cells that are absent, empty or hold white space only are not stored.
    public var cells: [SheetCell]

    public init(number: Int, cells: [SheetCell]) {
        self.number = number
        self.cells = cells
    }

    /// By column from 0.
    public subscript(column: Int) -> SheetCell? {
        // In a row that is filled from column A on, the cell stands where its column says.
        if column >= 0, column < cells.count, cells[column].column == column { return cells[column] }
        return cells.first { $0.column == column }
    }

    /// One past the last filled column.
    public var width: Int { (cells.last?.column ?? -1) + 1 }

    /// The texts from column A to the last filled one, empty where nothing is.
    public var texts: [String] {
        var texts = Array(repeating: "", count: width)
        for cell in cells { texts[cell.column] = cell.text }
        return texts
    }
}

/// A sheet of a workbook.
public struct SheetInfo: Sendable, Hashable {
    public var name: String
    public var isVisible: Bool
    /// Position among the workbook's sheets, from 0.
    public var index: Int

    public init(name: String, isVisible: Bool, index: Int) {
        self.name = name
        self.isVisible = isVisible
        self.index = index
    }
}

/// `A1`, `AB12`: letters for the column, the row from 1.
public enum CellReference {
    /// - Parameters: `row` from 1, `column` from 0.
    public static func text(row: Int, column: Int) -> String { letters(column) + String(row) }

    /// The letters of a column from 0.
    public static func letters(_ column: Int) -> String {
        var rest = column + 1
        var letters: [UInt8] = []
        while rest > 0 {
            letters.append(0x41 + UInt8((rest - 1) % 26))
            rest = (rest - 1) / 26
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    /// Column from 0 and row from 1 (nil when the row is missing); nil unless it is a reference of at most 16,384 columns.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> (column: Int, row: Int?)? {
        var column = 0, i = 0
        while i < bytes.count {
            let letter = bytes[i] & 0xDF
            guard letter >= 0x41, letter <= 0x5A else { break }
            column = column * 26 + Int(letter - 0x40)
            guard column <= 16_384 else { return nil }
            i += 1
        }
        guard column > 0 else { return nil }
        if i == bytes.count { return (column - 1, nil) }
        guard let row = number(UnsafeBufferPointer(rebasing: bytes[i...])) else { return nil }
        return (column - 1, row)
    }

    /// A row number or index of at most nine digits.
    static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 9 else { return nil }
        var number = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        return number
    }
}
