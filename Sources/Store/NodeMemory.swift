import Protocol
import Rules

/// What the gate asks the store for each entry anew and what seldom changes, remembered within one transaction.
final class NodeMemory {
    /// Of the table `node`; nil where the key has none.
    private var values: [String: [UInt8]?] = [:]
    private var hosted: [UnitCode: Bool] = [:]
    private var streams: [StreamID: Int64] = [:]
    /// Whether anything is in quarantine; nil: not asked yet.
    var hasQuarantine: Bool?

    func value(_ key: String, _ read: () throws -> [UInt8]?) rethrows -> [UInt8]? {
        if let known = values[key] { return known }
        let value = try read()
        values[key] = .some(value)
        return value
    }

    func keep(_ value: [UInt8], as key: String) { values[key] = value }

    /// Whether this node speaks for a unit.
    func isHosted(_ unit: UnitCode, _ read: () throws -> Bool) rethrows -> Bool {
        if let known = hosted[unit] { return known }
        let isHosted = try read()
        hosted[unit] = isHosted
        return isHosted
    }

    /// The row of a stream.
    func row(of stream: StreamID, _ read: () throws -> Int64) rethrows -> Int64 {
        if let known = streams[stream] { return known }
        let row = try read()
        streams[stream] = row
        return row
    }

    func forgetHosted() { hosted = [:] }

    func forgetAll() {
        (values, hosted, streams) = ([:], [:], [:])
        hasQuarantine = nil
    }
}
