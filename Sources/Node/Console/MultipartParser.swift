/// Reads a `multipart/form-data` body as it arrives (RFC 7578). Pure: bytes in, events out; nothing large is kept.
struct MultipartParser {
    enum Event: Equatable {
        /// A part begins; `file` is the name a file was given, nil for a plain field.
        case part(name: String, file: String?)
        case bytes([UInt8])
        case end
    }

    struct Malformed: Error, Equatable {}

    private enum State { case preamble, headers, content, closed }

    /// Head of one part, in bytes.
    static let headLimit = 8 << 10

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var buffer: [UInt8]

    /// Nil when the header names no boundary.
    init?(contentType: String) {
        guard let place = contentType.range(of: "boundary=") else { return nil }
        let rest = contentType[place.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        guard (1...70).contains(rest.utf8.count) else { return nil }
        delimiter = Array("\r\n--\(rest)".utf8)
        // The first boundary has no line break before it.
        buffer = [13, 10]
    }

    /// - Throws: `Malformed` when the body is no such form.
    mutating func feed(_ bytes: some Collection<UInt8>) throws -> [Event] {
        buffer.append(contentsOf: bytes)
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// Whether the closing boundary has come.
    var isComplete: Bool { state == .closed }

    /// False when more bytes are needed.
    private mutating func step(_ events: inout [Event]) throws -> Bool {
        switch state {
        case .preamble, .content:
            guard let place = Self.find(delimiter, in: buffer) else {
                let safe = max(0, buffer.count - delimiter.count)
                if state == .content, safe > 0 { events.append(.bytes(Array(buffer.prefix(safe)))) }
                buffer.removeFirst(safe)
                return false
            }
            guard buffer.count >= place + delimiter.count + 2 else {
                if state == .content, place > 0 { events.append(.bytes(Array(buffer.prefix(place)))) }
                buffer.removeFirst(place)
                return false
            }
            if state == .content {
                if place > 0 { events.append(.bytes(Array(buffer.prefix(place)))) }
                events.append(.end)
            }
            let after = Array(buffer[(place + delimiter.count)..<(place + delimiter.count + 2)])
            buffer.removeFirst(place + delimiter.count + 2)
            guard after == [13, 10] || after == [45, 45] else { throw Malformed() }
            state = after == [45, 45] ? .closed : .headers
            return true
        case .headers:
            guard let place = Self.find([13, 10, 13, 10], in: buffer) else {
                if buffer.count > Self.headLimit { throw Malformed() }
                return false
            }
            events.append(try Self.head(Array(buffer.prefix(place))))
            buffer.removeFirst(place + 4)
            state = .content
            return true
        case .closed:
            buffer.removeAll()
            return false
        }
    }

    private static func head(_ bytes: [UInt8]) throws -> Event {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed() }
        for line in text.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            guard let name = value("name", in: line) else { break }
            return .part(name: name, file: value("filename", in: line))
        }
        throw Malformed()
    }

    /// `name="…"` with `%22` for a quotation mark, as browsers write it.
    private static func value(_ name: String, in line: Substring) -> String? {
        guard let place = line.range(of: "; \(name)=\"") ?? line.range(of: ";\(name)=\"") else { return nil }
        return PercentText.decode(String(line[place.upperBound...].prefix { $0 != "\"" }))
    }

    private static func find(_ needle: [UInt8], in hay: [UInt8]) -> Int? {
        guard hay.count >= needle.count else { return nil }
        return hay.withUnsafeBufferPointer { hay in
            var index = 0
            let last = hay.count - needle.count
            while index <= last {
                if hay[index] == needle[0], needle.indices.allSatisfy({ hay[index + $0] == needle[$0] }) { return index }
                index += 1
            }
            return nil
        }
    }
}
