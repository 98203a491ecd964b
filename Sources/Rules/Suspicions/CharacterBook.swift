/// Sound and shape of the characters of names (see `CharacterData`): what is typed by ear or read from paper goes wrong
/// in these two ways (Q55). Characters that are not in the book are alike only when they are the same.
struct CharacterBook: Sendable {
    /// Read once, a few milliseconds.
    static let standard = CharacterBook(sounds: CharacterData.sounds, variants: CharacterData.variants)

    private struct Entry {
        /// Up to four readings, the usual one first; 0 for none.
        var sounds: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
        /// Cangjie letters, at most five, five bits each from the lowest; 0 behind the last.
        var letters: UInt32 = 0
        /// Four-corner code; -1 when unknown.
        var corners: Int16 = -1
        var strokes: UInt8 = 0
        /// Phonetic class; 0 for none.
        var phonetic: UInt16 = 0
    }

    private var entries: [Entry] = [Entry()]
    private var place: [UInt32: UInt16] = [:]
    private var standardForm: [UInt32: UInt32] = [:]
    /// From a syllable's number to the number of the sound it is easily confused with: zh/z, ch/c, sh/s, n/l, -ng/-n.
    private var broadSound: [UInt16] = [0]

    init(sounds text: String, variants: String) {
        var numbers: [Substring: UInt16] = [:]
        var broad: [String: UInt16] = [:]
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        for (index, line) in lines.enumerated() {
            numbers[line[0]] = UInt16(index + 1)
            broadSound.append(broad[Self.broad(line[0]), default: UInt16(index + 1)])
            broad[Self.broad(line[0])] = broadSound[index + 1]
        }
        for line in lines {
            for word in line.dropFirst() { add(word.split(separator: ":", omittingEmptySubsequences: false), line[0], numbers) }
        }
        for pair in variants.split(whereSeparator: \.isWhitespace) {
            let scalars = pair.unicodeScalars.map(\.value)
            if scalars.count == 2 { standardForm[scalars[0]] = scalars[1] }
        }
    }

    private mutating func add(_ fields: [Substring], _ syllable: Substring, _ numbers: [Substring: UInt16]) {
        guard let scalar = fields.first?.unicodeScalars.first, entries.count < UInt16.max else { return }
        let field = { (index: Int) in index < fields.count ? fields[index] : "" }
        var entry = Entry()
        let others = field(5).split(separator: ",").map { numbers[$0] ?? 0 } + [0, 0, 0]
        entry.sounds = (numbers[syllable] ?? 0, others[0], others[1], others[2])
        entry.letters = field(1).utf8.prefix(5).reversed().reduce(0) { $0 << 5 | UInt32($1 & 31) }
        entry.corners = Int16(field(2)) ?? -1
        entry.strokes = UInt8(field(3)) ?? 0
        entry.phonetic = UInt16(field(4)) ?? 0
        place[scalar.value] = UInt16(entries.count)
        entries.append(entry)
    }

    private static func broad(_ syllable: Substring) -> String {
        var text = String(syllable)
        for (long, short) in [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")] where text.hasPrefix(long) {
            text = short + text.dropFirst(long.count)
        }
        return text.hasSuffix("ng") ? String(text.dropLast()) : text
    }

    /// Traditional and variant forms as the standard character.
    func standard(_ scalar: UInt32) -> UInt32 { standardForm[scalar] ?? scalar }

    /// The usual reading's number; a number of its own for a character that has none here.
    func sound(_ scalar: UInt32) -> UInt32 {
        let sound = entry(scalar).sounds.0
        return sound == 0 ? scalar &+ 0x1_0000 : UInt32(sound)
    }

    /// Whether two characters share a reading, tones aside.
    func soundAlike(_ one: UInt32, _ other: UInt32) -> Bool {
        let one = entry(one).sounds, other = entry(other).sounds
        return one.0 != 0 && Self.any(of: one) { sound in
            sound != 0 && (sound == other.0 || sound == other.1 || sound == other.2 || sound == other.3)
        }
    }

    /// Whether the usual readings differ only in what many dialects do not tell apart.
    func soundNear(_ one: UInt32, _ other: UInt32) -> Bool {
        let one = Int(entry(one).sounds.0), other = Int(entry(other).sounds.0)
        return one != 0 && other != 0 && broadSound[one] == broadSound[other]
    }

    /// Whether two characters are easily taken for each other on paper: one phonetic part, like corners, or Cangjie codes
    /// that share most of their letters in order.
    func lookAlike(_ one: UInt32, _ other: UInt32) -> Bool {
        let one = entry(one), other = entry(other)
        guard one.strokes > 0, other.strokes > 0 else { return false }
        if one.phonetic != 0, one.phonetic == other.phonetic { return true }
        let strokes = abs(Int(one.strokes) - Int(other.strokes))
        if strokes <= 2, Self.sharedCorners(one.corners, other.corners) >= 3 { return true }
        let longer = max(Self.length(one.letters), Self.length(other.letters))
        if longer <= 1 { return longer == 1 && strokes == 0 && one.strokes <= 4 }
        let common = Self.common(one.letters, other.letters)
        return common * 5 >= longer * 3 || longer == 2 && common == 1 && strokes <= 2
    }

    private func entry(_ scalar: UInt32) -> Entry { entries[Int(place[scalar] ?? 0)] }

    private static func any(of sounds: (UInt16, UInt16, UInt16, UInt16), _ test: (UInt16) -> Bool) -> Bool {
        test(sounds.0) || test(sounds.1) || test(sounds.2) || test(sounds.3)
    }

    private static func sharedCorners(_ one: Int16, _ other: Int16) -> Int {
        guard one >= 0, other >= 0 else { return 0 }
        var one = one, other = other, shared = 0
        for _ in 0..<4 {
            if one % 10 == other % 10 { shared += 1 }
            one /= 10
            other /= 10
        }
        return shared
    }

    private static func length(_ letters: UInt32) -> Int { (31 - letters.leadingZeroBitCount + 5) / 5 }

    /// Length of the longest common subsequence of two codes.
    private static func common(_ one: UInt32, _ other: UInt32) -> Int {
        var row = SIMD8<UInt8>(repeating: 0), rest = one
        while rest != 0 {
            var diagonal: UInt8 = 0, candidates = other, column = 1
            while candidates != 0 {
                let above = row[column]
                row[column] = rest & 31 == candidates & 31 ? diagonal + 1 : max(above, row[column - 1])
                diagonal = above
                candidates >>= 5
                column += 1
            }
            rest >>= 5
        }
        return Int(row[length(other)])
    }
}
