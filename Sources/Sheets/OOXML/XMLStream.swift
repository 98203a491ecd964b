import CExpat

/// What listens to an XML part.
protocol XMLSink: AnyObject {
    func started(_ name: XMLName, _ attributes: XMLAttributes) throws(SheetError)
    func ended(_ name: XMLName) throws(SheetError)
    /// Text of the innermost element, possibly in several pieces.
    func characters(_ bytes: UnsafeBufferPointer<UInt8>)
}

/// An element's or attribute's local name: prefixes and namespaces (transitional, strict) are not looked at.
struct XMLName {
    private let local: UnsafePointer<CChar>
    let hasPrefix: Bool

    init(_ qualified: UnsafePointer<CChar>) {
        var start = qualified, at = qualified, found = false
        while at.pointee != 0 {
            if at.pointee == 0x3A {
                start = at + 1
                found = true
            }
            at += 1
        }
        local = start
        hasPrefix = found
    }

    static func == (name: XMLName, text: StaticString) -> Bool {
        var a = UnsafeRawPointer(name.local).assumingMemoryBound(to: UInt8.self)
        var b = text.utf8Start
        while a.pointee == b.pointee {
            if a.pointee == 0 { return true }
            a += 1
            b += 1
        }
        return false
    }
}

/// An element's attributes, valid during the call.
struct XMLAttributes {
    fileprivate let pairs: UnsafeMutablePointer<UnsafePointer<CChar>?>

    /// The value of an attribute by local name, with or without a prefix.
    func bytes(_ name: StaticString, prefixed: Bool = false) -> UnsafeBufferPointer<UInt8>? {
        var at = pairs
        while let key = at[0], let value = at[1] {
            let candidate = XMLName(key)
            if candidate == name, candidate.hasPrefix == prefixed {
                var count = 0
                while value[count] != 0 { count += 1 }
                return UnsafeRawBufferPointer(start: value, count: count).assumingMemoryBound(to: UInt8.self)
            }
            at += 2
        }
        return nil
    }

    func text(_ name: StaticString, prefixed: Bool = false) -> String? {
        bytes(name, prefixed: prefixed).map { String(decoding: $0, as: UTF8.self) }
    }

    func number(_ name: StaticString) -> Int? { bytes(name).flatMap(CellReference.number) }

    func isTrue(_ name: StaticString) -> Bool { ["1", "true", "on"].contains(text(name) ?? "") }
}

/// Pushes the bytes of one part through expat. Document types are refused, so there are no entities to expand.
final class XMLStream {
    let part: String
    private let parser: XML_Parser
    private let sink: any XMLSink
    private let depthLimit: Int
    private var depth = 0
    private var failure: SheetError?

    init(part: String, sink: any XMLSink, limits: SheetLimits) throws(SheetError) {
        guard let parser = XML_ParserCreate(nil) else { throw .malformedXML(part: part, line: 0) }
        self.part = part
        self.parser = parser
        self.sink = sink
        depthLimit = limits.elementDepth
        // Not retained: the parser does not outlive this object, and calls back only inside `feed`.
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, attributes in
                guard let data, let name, let attributes else { return }
                XMLStream.from(data).start(XMLName(name), XMLAttributes(pairs: attributes))
            },
            { data, name in
                guard let data, let name else { return }
                XMLStream.from(data).end(XMLName(name))
            })
        XML_SetCharacterDataHandler(parser) { data, text, count in
            guard let data, let text else { return }
            XMLStream.from(data).sink.characters(
                UnsafeRawBufferPointer(start: text, count: Int(count)).assumingMemoryBound(to: UInt8.self))
        }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            guard let data else { return }
            let stream = XMLStream.from(data)
            stream.fail(.documentTypeRefused(part: stream.part))
        }
    }

    deinit { XML_ParserFree(parser) }

    /// Line of the part that the parser has reached, from 1.
    var line: Int { Int(XML_GetCurrentLineNumber(parser)) }

    /// Takes the next bytes; an empty run is the end.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(SheetError) {
        let isFinal: Int32 = bytes.isEmpty ? 1 : 0
        let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let status = XML_Parse(parser, text, Int32(bytes.count), isFinal)
        if let failure { throw failure }
        guard status == XML_STATUS_OK else { throw .malformedXML(part: part, line: line) }
    }

    /// Reads a whole part.
    static func read(_ entry: ZipEntry, into sink: any XMLSink, limits: SheetLimits) throws(SheetError) {
        let stream = try XMLStream(part: entry.name, sink: sink, limits: limits)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        var count: Int
        repeat {
            count = try entry.read(into: buffer)
            try stream.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } while count > 0
    }

    private static func from(_ data: UnsafeMutableRawPointer) -> XMLStream {
        Unmanaged<XMLStream>.fromOpaque(data).takeUnretainedValue()
    }

    private func start(_ name: XMLName, _ attributes: XMLAttributes) {
        depth += 1
        guard depth <= depthLimit else { return fail(.nestedTooDeeply(part: part, limit: depthLimit)) }
        do throws(SheetError) { try sink.started(name, attributes) } catch { fail(error) }
    }

    private func end(_ name: XMLName) {
        depth -= 1
        do throws(SheetError) { try sink.ended(name) } catch { fail(error) }
    }

    private func fail(_ error: SheetError) {
        if failure == nil { failure = error }
        XML_StopParser(parser, XML_Bool(0))
    }
}
