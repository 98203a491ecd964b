/// Resident ID numbers that stand in more than one row of a file; a fact that must be known before rows are judged.
public enum RepeatedIDNumbers {
    public static func find(in rows: some Sequence<RawRow>) -> Set<String> {
        var seen: Set<String> = []
        var repeated: Set<String> = []
        for row in rows {
            guard let cell = row[.idNumber], let type = row[.idType],
                  CodeTable.studentIDType.code(forText: type.text) == "1" else { continue }
            let number = RowReader.identityNumber(cell.text)
            if !number.isEmpty, !ExcelDamage.isDamaged(cell, text: number), !seen.insert(number).inserted {
                repeated.insert(number)
            }
        }
        return repeated
    }
}
