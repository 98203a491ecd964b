/// Resident ID numbers that stand in more than one row of a file; a fact that must be known before rows are judged.
public enum RepeatedIDNumbers {
    public static func find(in rows: some Sequence<RawRow>) -> Set<String> {
        var counter = Counter()
        for row in rows { counter.add(row) }
        return counter.repeated
    }

    /// Counts row by row, so that a long file need not be held.
    public struct Counter: Sendable {
        private var seen: Set<String> = []
        public private(set) var repeated: Set<String> = []

        public init() {}

        public mutating func add(_ row: RawRow) { add(number: row[.idNumber], type: row[.idType]) }

        /// Takes the two cells of a row that matter.
        public mutating func add(number cell: RawCell?, type: RawCell?) {
            guard let cell, let type, CodeTable.studentIDType.code(forText: type.text) == "1" else { return }
            let number = RowReader.identityNumber(cell.text)
            if !number.isEmpty, !ExcelDamage.isDamaged(cell, text: number), !seen.insert(number).inserted {
                repeated.insert(number)
            }
        }
    }
}
