extension SuspicionSubject {
    /// What a registration says.
    public init(_ record: StudentRecord) {
        let text = { (field: StudentField) in record[field] ?? "" }
        self.init(
            keys: KeyFields(record), guardianNames: [text(.guardian1Name), text(.guardian2Name)],
            guardianNumbers: [text(.guardian1IDNumber), text(.guardian2IDNumber)],
            phones: [text(.phone), text(.guardian1Phone), text(.guardian2Phone)],
            address: record[.currentAddress] ?? record[.homeAddress] ?? "", birthplace: text(.birthplace),
            hukouDivision: text(.hukouDivision), nativePlace: text(.nativePlace), school: record.schoolCode,
            entryMonth: text(.entryMonth))
    }
}
