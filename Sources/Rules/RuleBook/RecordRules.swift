/// The same rules for a record that is already normalised: an edit by form or API.
public enum RecordRules {
    public static func judge(record: StudentRecord, facts: Facts) -> Judgement {
        RuleBook.judge(row(of: record), facts: facts)
    }

    /// A record as a row: codes stand for themselves.
    static func row(of record: StudentRecord) -> RawRow { RawRow(record.values.mapValues { RawCell($0) }) }
}
