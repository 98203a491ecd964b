import Protocol
import Rules
import Testing

struct BundleTests {
    private func bundle(_ envelopes: [[UInt8]]) -> [UInt8] {
        var writer = BundleWriter()
        var bytes = writer.header(from: "440106", to: "440000")
        for envelope in envelopes { bytes += writer.piece(envelope) }
        return bytes + writer.end()
    }

    private func read(_ bytes: [UInt8]) throws -> (from: UnitCode, to: UnitCode, envelopes: [[UInt8]]) {
        var rest = bytes[...]
        var reader = try BundleReader { count in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        var envelopes: [[UInt8]] = []
        while let envelope = try reader.next() { envelopes.append(envelope) }
        return (reader.from, reader.to, envelopes)
    }

    @Test func `what is written is read back, also nothing at all`() throws {
        for envelopes in [[], [[1, 2, 3]], [[UInt8](repeating: 7, count: 70_000), [9]]] as [[[UInt8]]] {
            let found = try read(bundle(envelopes))
            #expect(found.envelopes == envelopes && found.from == "440106" && found.to == "440000")
        }
    }

    @Test func `a file cut anywhere is not whole`() throws {
        let whole = bundle([[1, 2, 3], [4]])
        for length in 0..<whole.count {
            let flaw = #expect(throws: Bundle.Flaw.self, "\(length)") { try read(Array(whole.prefix(length))) }
            #expect(flaw == (length < 8 ? .notABundle : .truncated), "\(length)")
        }
    }

    @Test func `a changed byte, a longer file, another format and a newer version are told apart`() throws {
        let whole = bundle([[1, 2, 3], [4]])
        var changed = whole
        changed[whole.count - 46] ^= 1
        #expect(throws: Bundle.Flaw.self) { try read(changed) }
        #expect(throws: Bundle.Flaw.damaged) { try read(whole + [0]) }
        #expect(throws: Bundle.Flaw.notABundle) { try read(Array("PK\u{3}\u{4}and so on".utf8)) }
        var newer = whole
        newer[8] = 2
        #expect(throws: Bundle.Flaw.newerVersion) { try read(newer) }
        var sum = whole
        sum[whole.count - 1] ^= 1
        #expect(throws: Bundle.Flaw.damaged) { try read(sum) }
    }
}
