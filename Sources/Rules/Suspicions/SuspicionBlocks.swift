/// Which records are compared at all: those that share a key. A key names what two records of one child still have in
/// common after one or two mistakes: the sound of the name, the birth date or a part of it, a guardian, a telephone, an
/// address (Q55). A block that is too large says nothing and is left out; each family of keys has narrower ones beside it.
struct SuspicionBlocks: Sendable {
    /// Records under one key beyond which a block is left out.
    static let limit = 250

    /// Rows block by block, and where each block starts.
    private var rows: [Int32] = []
    private var starts: [Int32] = [0]
    /// Blocks record by record, and where each record's start.
    private var blocks: [Int32] = []
    private var places: [Int32] = []

    private struct Entry {
        var key: UInt64
        var row: Int32
    }

    init(_ register: SuspicionRegister) {
        var entries: [Entry] = []
        entries.reserveCapacity(register.records.count * 32)
        for (row, record) in register.records.enumerated() {
            Self.keys(of: record, register) { entries.append(Entry(key: $0, row: Int32(row))) }
        }
        entries.sort { ($0.key, $0.row) < ($1.key, $1.row) }
        keepBlocks(of: entries)
        index(count: register.records.count)
    }

    private mutating func keepBlocks(of entries: [Entry]) {
        var start = 0
        while start < entries.count {
            var end = start
            let first = rows.count
            while end < entries.count, entries[end].key == entries[start].key {
                if end == start || entries[end].row != entries[end - 1].row { rows.append(entries[end].row) }
                end += 1
            }
            if (2...Self.limit).contains(rows.count - first) {
                starts.append(Int32(rows.count))
            } else {
                rows.removeSubrange(first...)
            }
            start = end
        }
    }

    private mutating func index(count: Int) {
        places = [Int32](repeating: 0, count: count + 1)
        for row in rows { places[Int(row) + 1] += 1 }
        for row in 0..<count { places[row + 1] += places[row] }
        var next = places
        blocks = [Int32](repeating: 0, count: rows.count)
        for block in 0..<(starts.count - 1) {
            for place in starts[block]..<starts[block + 1] {
                let row = Int(rows[Int(place)])
                blocks[Int(next[row])] = Int32(block)
                next[row] += 1
            }
        }
    }

    /// Calls `body` with every pair that shares a block, once, the smaller row first.
    func forEachPair(_ body: (Int, Int) -> Void) {
        var seen = [Int32](repeating: -1, count: max(places.count - 1, 0))
        for row in seen.indices {
            for block in blocks[Int(places[row])..<Int(places[row + 1])] {
                for peer in rows[Int(starts[Int(block)])..<Int(starts[Int(block) + 1])] where Int(peer) > row && seen[Int(peer)] != Int32(row) {
                    seen[Int(peer)] = Int32(row)
                    body(row, Int(peer))
                }
            }
        }
    }

    // MARK: Keys

    private static func keys(of record: SuspicionRegister.Record, _ register: SuspicionRegister, _ add: (UInt64) -> Void) {
        var family: UInt64 = 0
        func key(_ parts: UInt64...) {
            family += 1
            // What is unknown is shared with nobody.
            guard !parts.contains(0) else { return }
            add(parts.reduce(SuspicionHash.mix(SuspicionHash.seed, family)) { SuspicionHash.mix($0, $1) })
        }
        /// Two places of one kind share their family.
        func keys(_ pair: (Int32, Int32), _ parts: (UInt64) -> [UInt64]) {
            family += 1
            for value in [pair.0, pair.1] where value != 0 {
                let parts = parts(UInt64(value))
                if !parts.contains(0) { add(parts.reduce(SuspicionHash.mix(SuspicionHash.seed, family)) { SuspicionHash.mix($0, $1) }) }
            }
        }
        let name = register.names[Int(record.name)], sounds = register.sounds[Int(record.name)]
        let isNamed = record.name != 0
        let sound = isNamed ? sounds.whole : 0, surname = isNamed ? sounds.surname : 0, given = isNamed ? sounds.given : 0
        let birth = UInt64(record.birthDate), year = birth / 10_000
        let month = birth / 100 % 100, day = birth % 100
        let monthAndDay = birth == 0 ? 0 : min(month, day) * 100 + max(month, day) + 10_000
        let hukou = UInt64(record.hukou), birthplace = UInt64(record.birthplace), native = UInt64(record.nativePlace)

        keys(record.guardianNumbers) { [$0] }
        keys(record.phones) { [$0] }
        key(UInt64(record.address))
        key(record.hasResidentID ? 0 : UInt64(record.number))
        // The birth date holds.
        key(birth, sound)
        key(birth, surname)
        key(birth, given)
        key(birth, surname, hukou)
        key(birth, surname, native)
        key(birth, hukou, birthplace)
        keys(record.guardianNames) { [$0, birth] }
        forEachCharacter(of: name) { character, place in
            family = 100
            key(birth, character)
            key(birth, character, surname)
            key(birth, character, UInt64(name.characters.count), place, surname)
        }
        family = 200
        // The name holds, by ear.
        key(sound, year)
        key(sound, monthAndDay)
        key(sound, year, monthAndDay)
        key(sound, hukou)
        key(sound, birthplace)
        key(sound, native)
        key(sound, year, month)
        key(sound, year, day)
        keys(record.guardianNames) { [$0, sound] }
        // A guardian's name holds, and little else.
        keys(record.guardianNames) { [$0, surname, year] }
        keys(record.guardianNames) { [$0, surname, monthAndDay] }
        keys(record.guardianNames) { [$0, given] }
        keys(record.guardianNames) { [$0, hukou, surname] }
        keys(record.guardianNames) { [$0, native, surname] }
        forEachCharacter(of: name) { character, _ in
            family = 300
            keys(record.guardianNames) { [$0, character] }
        }
    }

    /// The characters of a given name; of a long name, all but the dot.
    private static func forEachCharacter(of name: SuspicionName, _ body: (UInt64, UInt64) -> Void) {
        for (place, character) in name.given.enumerated() where character != 0xB7 { body(UInt64(character), UInt64(place + 1)) }
    }
}
