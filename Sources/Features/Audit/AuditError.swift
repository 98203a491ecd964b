/// Why an audit was refused: what the operator must mend.
public enum AuditError: Error, Sendable, Hashable {
    /// Columns that the header lacks.
    case missingColumns([String])
    /// Of a file of decided pairs.
    case missingColumnsOfDecisions([String])
    /// A needed column that stands twice.
    case repeatedColumn(String)
    /// Lines are physical lines of the file, from 1.
    case missingRecordNumber(line: Int)
    case repeatedRecordNumber(String, line: Int)
    /// More fields than the header has, or too few for the needed columns: an unquoted comma, or a cut line.
    case raggedRow(line: Int, fields: Int, columns: Int)
    case outputIsInput
    case outputIsNoFile(String)
    case unwritable(String, reason: String)
    case unusableWeights(String)
    /// A decided pair names a record that the file of pupils does not have, or one record twice.
    case unknownRecordNumber(line: Int)
    /// Not one pair of each: one child, siblings, twins.
    case tooFewDecisions

    /// Stable, append-only. AUDIT-06 said once that approximate pairs were not built.
    public var code: String {
        switch self {
        case .missingColumns: "AUDIT-01"
        case .missingColumnsOfDecisions: "AUDIT-13"
        case .repeatedColumn: "AUDIT-02"
        case .missingRecordNumber: "AUDIT-03"
        case .repeatedRecordNumber: "AUDIT-04"
        case .raggedRow: "AUDIT-05"
        case .outputIsInput: "AUDIT-07"
        case .outputIsNoFile: "AUDIT-08"
        case .unwritable: "AUDIT-09"
        case .unusableWeights: "AUDIT-10"
        case .unknownRecordNumber: "AUDIT-11"
        case .tooFewDecisions: "AUDIT-12"
        }
    }

    /// Chinese: what is wrong. Names lines, never a person.
    public var message: String {
        switch self {
        case .missingColumns(let names): "表头缺少列：\(names.joined(separator: "、"))"
        case .missingColumnsOfDecisions(let names): "判定文件的表头缺少列：\(names.joined(separator: "、"))"
        case .repeatedColumn(let name): "表头中的列“\(name)”出现了两次"
        case .missingRecordNumber(let line): "第 \(line) 行没有 rec_no"
        case .repeatedRecordNumber(let number, let line): "第 \(line) 行的 rec_no“\(number)”与前面的行重复"
        case .raggedRow(let line, let fields, let columns): "第 \(line) 行有 \(fields) 个字段，与表头的 \(columns) 列不符"
        case .outputIsInput: "输出文件与输入文件是同一个文件"
        case .outputIsNoFile(let path): "输出“\(path)”已存在，且不是普通文件"
        case .unwritable(let path, let reason): "无法写入“\(path)”：\(reason)"
        case .unusableWeights(let path): "“\(path)”不是完整的权重文件"
        case .unknownRecordNumber(let line): "判定文件第 \(line) 行的两个 rec_no 不是学生文件中的两条记录"
        case .tooFewDecisions: "已判定的数据不足：同一人、兄弟姐妹、双胞胎至少各需一对"
        }
    }

    /// Chinese: what to do.
    public var remedy: String {
        switch self {
        case .missingColumns, .repeatedColumn:
            "请使用首行为列名的 CSV 文件，rec_no、name、sex、birth、id_type、id_no 各出现一次"
        case .missingColumnsOfDecisions: "请用 --decided 指定首行为 rec_no_a、rec_no_b、same 的 CSV 文件，每行一对已判定的记录"
        case .missingRecordNumber, .repeatedRecordNumber: "请为每一行填写不重复的 rec_no"
        case .raggedRow: "请检查该行是否有未加双引号的逗号，或文件是否不完整"
        case .outputIsInput, .outputIsNoFile: "请用 --out 指定另一个文件"
        case .unusableWeights: "请使用 xueji weights 生成的文件，或去掉 --weights 使用自带的权重"
        case .unknownRecordNumber: "请核对判定文件和学生文件是否属于同一批数据"
        case .tooFewDecisions: "请提供更多已判定的数据"
        case .unwritable: "请检查目录是否存在、是否有写入权限和足够的磁盘空间"
        }
    }
}
