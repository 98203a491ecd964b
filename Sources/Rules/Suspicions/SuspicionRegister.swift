/// The records of one search as numbers, and how often each value occurs. Nothing in it depends on the order of the
/// records but the numbers themselves.
struct SuspicionRegister: Sendable {
    /// One record; every number but those that say otherwise is one of `SuspicionTexts`.
    struct Record: Sendable {
        /// What the exact check compares by without a resident ID; 0 when a part is missing.
        var nameSexBirth: Int32 = 0
        /// The name in standard characters.
        var name: Int32 = 0
        /// `1`, `2`, or 0 when unknown.
        var sex: UInt8 = 0
        /// `YYYYMMDD` as one number, 0 when there is none.
        var birthDate: Int32 = 0
        var hasResidentID = false
        var number: Int32 = 0
        var guardianNames: (Int32, Int32) = (0, 0), guardianNumbers: (Int32, Int32) = (0, 0)
        var phones: (Int32, Int32) = (0, 0)
        /// The address, and its numbers alone.
        var address: Int32 = 0, houseNumbers: Int32 = 0
        var birthplace: Int32 = 0, hukou: Int32 = 0, nativePlace: Int32 = 0
        var school: Int32 = 0, schoolCounty: Int32 = 0, schoolProvince: Int32 = 0
        /// `YYYYMM` as one number, 0 when there is none.
        var entryMonth: Int32 = 0
    }

    let book: CharacterBook
    private(set) var records: [Record] = []
    /// By the number of the name.
    private(set) var names: [SuspicionName] = []
    private(set) var sounds: [NameSounds] = []
    private(set) var exactKeys = SuspicionTexts(), nameTexts = SuspicionTexts(), numbers = SuspicionTexts()
    private(set) var guardianNames = SuspicionTexts(), guardianNumbers = SuspicionTexts(), phones = SuspicionTexts()
    private(set) var addresses = SuspicionTexts(), houses = SuspicionTexts(), places = SuspicionTexts(), schools = SuspicionTexts()
    private(set) var frequencies = SuspicionFrequencies()

    /// Hashes of how a name sounds.
    struct NameSounds: Sendable {
        var whole: UInt64, given: UInt64, surname: UInt64
    }

    init(_ subjects: some Sequence<SuspicionSubject>, book: CharacterBook = .standard) {
        self.book = book
        names.append(SuspicionName("", book))
        sounds.append(NameSounds(whole: 0, given: 0, surname: 0))
        for subject in subjects { add(subject) }
        forgetJunk()
        frequencies.finish(self)
    }

    private mutating func add(_ subject: SuspicionSubject) {
        var record = Record()
        let keys = subject.keys
        record.nameSexBirth = exactKeys.add(keys.nameSexBirthKey?.text ?? "")
        let name = SuspicionName(keys.name, book)
        record.name = nameTexts.add(String(String.UnicodeScalarView(name.characters.compactMap(Unicode.Scalar.init))))
        if Int(record.name) == names.count {
            names.append(name)
            sounds.append(sounds(of: name))
        }
        record.sex = keys.sex == "1" ? 1 : keys.sex == "2" ? 2 : 0
        record.birthDate = Self.digits(keys.birthDate.filter { !"-/.年月日".contains($0) }, 8)
        record.hasResidentID = keys.hasResidentID
        record.number = numbers.add(keys.idNumber)
        record.guardianNames = Self.pair(subject.guardianNames.map { standard(KeyText.name($0)) }, &guardianNames)
        record.guardianNumbers = Self.pair(subject.guardianNumbers.map(KeyText.number), &guardianNumbers)
        record.phones = Self.pair(subject.phones.map(KeyText.number), &phones)
        let address = KeyText.number(subject.address)
        record.address = addresses.add(address)
        record.houseNumbers = houses.add(Self.houseNumbers(address))
        record.birthplace = places.add(Self.division(subject.birthplace))
        record.hukou = places.add(Self.division(subject.hukouDivision))
        record.nativePlace = places.add(Self.division(subject.nativePlace))
        let school = KeyText.code(subject.school)
        record.school = schools.add(school)
        if school.utf8.count == 10 {
            record.schoolCounty = schools.add("县" + school.dropFirst().prefix(6))
            record.schoolProvince = schools.add("省" + school.dropFirst().prefix(2))
        }
        record.entryMonth = Self.digits(KeyText.code(subject.entryMonth), 6)
        records.append(record)
    }

    /// The first two different values.
    private static func pair(_ values: [String], _ texts: inout SuspicionTexts) -> (Int32, Int32) {
        let values = values.filter { !$0.isEmpty }
        guard let first = values.first else { return (0, 0) }
        let second = values.first { $0 != first }
        return (texts.add(first), second.map { texts.add($0) } ?? 0)
    }

    private func standard(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { Unicode.Scalar(book.standard($0.value)) ?? $0 }))
    }

    private func sounds(of name: SuspicionName) -> NameSounds {
        let hash = { (characters: ArraySlice<UInt32>) in
            characters.reduce(SuspicionHash.seed) { SuspicionHash.mix($0, UInt64(book.sound($1))) }
        }
        return NameSounds(whole: hash(name.characters[...]), given: hash(name.given), surname: hash(name.surname))
    }

    // MARK: Junk

    /// A guardian's number, a telephone or an address that so many records have says nothing of a household: a school's
    /// switchboard, `13800000000`, a dormitory. It counts as unknown.
    static let householdLimit = 24

    private mutating func forgetJunk() {
        for index in records.indices {
            let old = records[index]
            records[index].guardianNumbers = kept(old.guardianNumbers, guardianNumbers)
            records[index].phones = kept(old.phones, phones)
            if addresses.count(old.address) > Self.householdLimit {
                records[index].address = 0
                records[index].houseNumbers = 0
            }
        }
    }

    private func kept(_ pair: (Int32, Int32), _ texts: SuspicionTexts) -> (Int32, Int32) {
        let first = isJunk(pair.0, texts) ? 0 : pair.0, second = isJunk(pair.1, texts) ? 0 : pair.1
        return first == 0 ? (second, 0) : (first, second)
    }

    private func isJunk(_ number: Int32, _ texts: SuspicionTexts) -> Bool {
        texts.count(number) > Self.householdLimit || Set(texts[number].utf8.suffix(7)).count < 2
    }

    // MARK: Texts

    private static func digits(_ text: String, _ length: Int) -> Int32 {
        text.utf8.count == length && text.utf8.allSatisfy { (48...57).contains($0) } ? Int32(text) ?? 0 : 0
    }

    private static func division(_ text: String) -> String {
        let code = KeyText.code(text)
        return code.utf8.count == 12 ? String(code.prefix(6)) : code
    }

    /// `110101人民路247号9栋2001室` → `247.9.2001`: the runs of digits but a division code before all; empty when there are
    /// fewer than two.
    private static func houseNumbers(_ address: String) -> String {
        var runs = address.utf8.split { !(48...57).contains($0) }.map { String(decoding: $0, as: UTF8.self) }
        if let first = runs.first, first.utf8.count >= 6 { runs.removeFirst() }
        return runs.count >= 2 ? runs.joined(separator: ".") : ""
    }
}

/// Mixing of 64-bit words, the same on every run.
enum SuspicionHash {
    static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15

    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        var mixed = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
        mixed ^= mixed >> 32
        mixed = mixed &* 0xC4CE_B9FE_1A85_EC53
        return mixed ^ (mixed >> 29)
    }
}
