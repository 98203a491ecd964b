import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// How far an inquiry has got on its way up, as its asker's node knows, and whom it waits for.
struct InquiryWay {
    /// What a node knows about the link to its parent.
    struct Parent: Sendable, Hashable {
        let isHere: Bool
        let since: Int64?
        /// When that was so, seconds since 1970.
        let time: Int64
    }

    /// A unit with a node of its own on the way.
    struct Place: Sendable, Hashable {
        let unit: UnitCode
        /// Seconds since 1970 when its node stored the inquiry, as far as it has been told here.
        let storedAt: Int64?
    }

    struct Waiting: Sendable, Hashable {
        let unit: UnitCode
        /// When it was last heard of; nil where that is not known.
        let since: Int64?
        /// Whether its node is known to be out of reach; else it is working, or the news is under way.
        let isAway: Bool
    }

    let places: [Place]
    /// Nil where nothing is waited for.
    let waitingFor: Waiting?

    /// Of an inquiry that nobody waits for there is none.
    /// - Parameter parent: how the link of this node to its parent is doing.
    init(_ file: InquiryFile, _ reading: Reading, parent: Parent) throws {
        guard file.state(reading.directory) == .waiting else {
            (places, waitingFor) = ([], nil)
            return
        }
        let inquiry = file.inquiry
        let here = Set(try reading.hostedUnits() + [reading.ownUnit()].compactMap { $0 })
        let position = try InquiryPlace.of(file.id, by: inquiry.unit, reading)
        var places: [Place] = []
        for unit in reading.directory.path(of: inquiry.unit).dropFirst() {
            guard try here.contains(unit) || (reading.directory.activeKey(of: unit)?.node ?? unit) == unit else { continue }
            let storedAt = here.contains(unit) ? position?.storedAt : try position.flatMap { position in
                try Int64.fetchOne(
                    reading.database.cachedStatement(sql: "SELECT at FROM reach WHERE stream = ? AND unit = ? AND sequence >= ? ORDER BY sequence LIMIT 1"),
                    arguments: [position.stream, unit.text, position.sequence])
            }
            places.append(Place(unit: unit, storedAt: storedAt))
        }
        self.places = places
        waitingFor = try Self.waiting(file, places, here, reading, parent)
    }

    /// Seconds without news after which a unit further up counts as out of reach: longer than a long poll and its pause.
    private static let patience: Int64 = 120

    private static func waiting(
        _ file: InquiryFile, _ places: [Place], _ here: Set<UnitCode>, _ reading: Reading, _ parent: Parent
    ) throws -> Waiting? {
        if let stop = places.first(where: { $0.storedAt == nil }) {
            // The nearest one above this node is its parent.
            let isParent = stop.unit == places.first { !here.contains($0.unit) }?.unit
            if isParent { return Waiting(unit: stop.unit, since: parent.since, isAway: !parent.isHere) }
            let heard = try Int64.fetchOne(reading.database.cachedStatement(sql: "SELECT max(at) FROM reach WHERE unit = ?"), arguments: [stop.unit.text])
            return Waiting(unit: stop.unit, since: heard, isAway: heard.map { parent.time - $0 > Self.patience } ?? false)
        }
        if let forward = file.notices.last(where: { $0.event == .forwarded })?.place ?? file.forwards.first?.to {
            let absence = file.absence(of: forward)
            return Waiting(unit: forward, since: absence?.since, isAway: absence != nil)
        }
        return places.last.map { Waiting(unit: $0.unit, since: nil, isAway: false) }
    }
}

/// Where in the journal an inquiry stands. Looked up by reading envelopes, the newest first: asked for what is open or has just come.
struct InquiryPlace {
    let stream: Int64
    let sequence: Int64
    let storedAt: Int64

    static func of(_ id: Rules.Digest, by unit: UnitCode, _ reading: Reading) throws -> InquiryPlace? {
        var found: InquiryPlace?
        try walk(unit, reading) { place, payload in
            if Hashing.sha256(payload) == id { found = place }
            return found == nil
        }
        return found
    }

    /// How many of its unit's inquiries came on the same day before this one and count on it.
    static func came(before id: Rules.Digest, _ time: InquiryTime, _ reading: Reading) throws -> Int {
        var (isPast, count) = (false, 0)
        try walk(time.inquiry.unit, reading) { place, payload in
            guard isPast else {
                isPast = Hashing.sha256(payload) == id
                return true
            }
            guard CalendarDate(secondsSince1970: place.storedAt) >= time.heard else { return false }
            if let other = Payload.inquiry(payload), time.isOfSameDay(other) { count += 1 }
            return true
        }
        return count
    }

    /// The inquiries of a unit, the newest first.
    /// - Parameter visit: place and payload; returns whether to go on.
    private static func walk(_ unit: UnitCode, _ reading: Reading, _ visit: (InquiryPlace, [UInt8]) throws -> Bool) throws {
        let streams = try Int64.fetchAll(
            reading.database.cachedStatement(sql: "SELECT id FROM stream WHERE unit = ? AND audience = ? ORDER BY id DESC"),
            arguments: [unit.text, Audience.up.text])
        for stream in streams {
            let rows = try Row.fetchCursor(
                reading.database, sql: "SELECT sequence, stored_at, bytes FROM envelope WHERE stream = ? ORDER BY sequence DESC", arguments: [stream])
            while let row = try rows.next() {
                let place = InquiryPlace(stream: stream, sequence: row["sequence"], storedAt: row["stored_at"])
                for entry in try Envelope(bytes: Array(row["bytes"] as Data)).entries().reversed() {
                    guard let entry, entry.kind == EntryKind.inquiry.rawValue else { continue }
                    guard try visit(place, entry.payload) else { return }
                }
            }
        }
    }
}
