import Protocol
import Rules

/// What a whole pupil weighs on the wire: sealed envelopes of first steps, all sixty filled columns and both guardians, signature and hash
/// chain included. What HTTP and TLS add to a batch is not in it (some 400 bytes a call).
///
/// Held against the generator: what is read out of the envelopes again must be the records that went in.
struct WireSize: Benchmark {
    let name = "wire"
    let about = "bytes of a whole pupil on the wire; a school of a thousand at 64 kbit/s"
    let rows = 1_000
    private static let bitsPerSecond = 64_000.0

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        place.tell("\(name): \(rows) pupils")
        let pupils = try BenchPupils(rows, seed: place.seed)
        let records = (0..<rows).map(pupils.record)
        let steps = GateSteps(pupils, place)
        let sealed = try Self.seal(steps, by: Envelope.sealedEntries, records, place)
        let most = try Self.seal(steps, by: Envelope.maxEntries, records, place)
        return [
            Figure(
                "\(name)-pupil-\(Envelope.sealedEntries)", "Bytes of a pupil, \(Envelope.sealedEntries) in an envelope, as they are sealed",
                values: [Double(sealed.bytes) / Double(rows)], unit: "B", rows: rows, correct: sealed.isSame, goal: .atMost(250)),
            Figure(
                "\(name)-pupil-\(Envelope.maxEntries)", "Bytes of a pupil, \(Envelope.maxEntries) in an envelope",
                values: [Double(most.bytes) / Double(rows)], unit: "B", rows: rows, correct: most.isSame, goal: .atMost(250)),
            Figure(
                "\(name)-school", "A school of 1,000 pupils at 64 kbit/s", values: [Double(sealed.bytes) / Double(rows) * 1000 * 8 / Self.bitsPerSecond],
                unit: "s", rows: rows, correct: sealed.isSame, goal: .atMost(32)),
        ]
    }

    private static func seal(
        _ steps: GateSteps, by size: Int, _ records: [StudentRecord], _ place: Workplace
    ) throws -> (bytes: Int, isSame: Bool) {
        let surroundings = place.surroundings
        let key = surroundings.statementKey()
        let stream = StreamID(unit: BenchPupils.school, incarnation: surroundings.incarnation(), audience: .up)
        var (bytes, head): (Int, StreamHead?) = (0, nil)
        var read: [StudentRecord] = []
        for start in stride(from: 0, to: steps.payloads.count, by: size) {
            let entries = steps.payloads[start..<min(start + size, steps.payloads.count)].map {
                Entry(act: surroundings.act(), kind: .step, payload: $0)
            }
            let sealed = try Envelope.seal(entries, stream: stream, after: head, key: key)
            head = sealed.head
            bytes += sealed.bytes.count
            let arrived = try Envelope(bytes: sealed.bytes)
            try arrived.verify(key.publicKey)
            read += try arrived.entries().compactMap { $0.flatMap { Payload.step($0.payload)?.record } }
        }
        return (bytes, read == records)
    }
}
