/// A name as the search for suspicions compares it: normalised (`KeyText.name`), variants as standard characters, surname
/// and given name apart.
struct SuspicionName: Sendable, Hashable {
    /// Standard forms of the scalars.
    let characters: [UInt32]
    /// 1 or 2; 0 for a name that is not of two to four Chinese characters, as with peoples who put the father's name behind a dot.
    let surnameLength: Int

    init(_ normalised: String, _ book: CharacterBook) {
        characters = normalised.unicodeScalars.map { book.standard($0.value) }
        let isChinese = (2...4).contains(characters.count) && characters.allSatisfy { $0 >= 0x3400 }
        let isDouble = characters.count > 2 && Self.doubleSurnames.contains(Array(characters.prefix(2)))
        surnameLength = !isChinese ? 0 : isDouble || characters.count == 4 ? 2 : 1
    }

    var surname: ArraySlice<UInt32> { characters.prefix(surnameLength) }
    var given: ArraySlice<UInt32> { characters.dropFirst(surnameLength) }
    var isSplit: Bool { surnameLength > 0 }

    private static let doubleSurnames = Set("""
        欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 东方 司徒 司空 宇文 长孙 鲜于 闾丘 南宫 独孤 端木 轩辕 西门 申屠 太史 \
        呼延 拓跋 濮阳 淳于 单于 百里 公冶 赫连 澹台 公羊 钟离 闻人
        """.split(separator: " ").map { $0.unicodeScalars.map(\.value) })
}

/// How two names differ, from the slightest difference to none in common.
enum NameLikeness: UInt8, CaseIterable, Comparable {
    case unknown
    /// The same once variants are standard characters.
    case equal
    /// Every character that differs sounds the same.
    case sound
    /// Every character that differs sounds or looks the same.
    case shape
    /// The characters of the given name in another order.
    case swapped
    /// A character of the given name more or less.
    case dropped
    /// Another surname before the same given name.
    case surname
    /// Every character that differs sounds nearly the same.
    case near
    /// One or two letters of a long name.
    case edit
    /// The same surname and a character of the given name, as sisters and brothers often have; or a part of a long name.
    case partly
    case surnameOnly
    case different

    static func < (lhs: NameLikeness, rhs: NameLikeness) -> Bool { lhs.rawValue < rhs.rawValue }

    init(_ one: SuspicionName, _ other: SuspicionName, _ book: CharacterBook) {
        if one.characters.isEmpty || other.characters.isEmpty {
            self = .unknown
        } else if one.characters == other.characters {
            self = .equal
        } else if one.isSplit && other.isSplit {
            self = Self.split(one, other, book)
        } else {
            self = Self.long(one.characters, other.characters)
        }
    }

    private static func split(_ one: SuspicionName, _ other: SuspicionName, _ book: CharacterBook) -> NameLikeness {
        if one.characters.count == other.characters.count {
            var sounds = true, looks = true, isNear = true
            for (a, b) in zip(one.characters, other.characters) where a != b {
                let sound = book.soundAlike(a, b)
                if !sound { sounds = false }
                if looks, !sound, !book.lookAlike(a, b) { looks = false }
                if isNear, !sound, !book.soundNear(a, b) { isNear = false }
            }
            if sounds { return .sound }
            if looks { return .shape }
            if isNear { return .near }
        }
        guard one.surname == other.surname else { return one.given == other.given ? .surname : .different }
        if one.given.count == other.given.count {
            if one.given.count > 1, one.given.sorted() == other.given.sorted() { return .swapped }
        } else if isContained(one.given, in: other.given) || isContained(other.given, in: one.given) {
            return .dropped
        }
        return one.given.contains(where: other.given.contains) ? .partly : .surnameOnly
    }

    private static func isContained(_ short: ArraySlice<UInt32>, in long: ArraySlice<UInt32>) -> Bool {
        var rest = long
        for character in short {
            guard let place = rest.firstIndex(of: character) else { return false }
            rest = rest[(place + 1)...]
        }
        return true
    }

    private static func long(_ one: [UInt32], _ other: [UInt32]) -> NameLikeness {
        let longer = max(one.count, other.count)
        if longer >= 4, abs(one.count - other.count) <= 2 {
            let distance = EditDistance.between(one, other, limit: 2)
            if distance <= 1 || distance == 2 && longer >= 7 { return .edit }
        }
        let parts = (one.split(separator: 0xB7), other.split(separator: 0xB7))
        return parts.0.contains { $0.count > 1 && parts.1.contains($0) } ? .partly : .different
    }
}

/// Damerau's distance (a change, a letter more or less, two neighbours swapped), as far as it matters.
enum EditDistance {
    /// The distance, or `limit + 1` when it is more than the limit.
    static func between<Letter: Equatable>(_ one: [Letter], _ other: [Letter], limit: Int) -> Int {
        guard abs(one.count - other.count) <= limit else { return limit + 1 }
        var before: [Int] = [], last = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var next = [row + 1]
            next.reserveCapacity(last.count)
            for (column, candidate) in other.enumerated() {
                var best = min(last[column + 1], next[column]) + 1
                best = min(best, last[column] + (letter == candidate ? 0 : 1))
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == candidate { best = min(best, before[column - 1] + 1) }
                next.append(best)
            }
            (before, last) = (last, next)
        }
        return min(last[other.count], limit + 1)
    }
}
