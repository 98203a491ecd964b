import Protocol
import Rules

/// Steps as decoded, within one transaction: the gate, the projection and the fold look at the same bytes.
final class StepMemory {
    /// Steps kept; a whole record is some 6 KB.
    private static let most = 2048

    private var known: [Digest: Step] = [:]
    private var last: (payload: [UInt8], step: Step?)?

    /// The step that a payload is; nil for bytes that are none.
    func step(_ payload: [UInt8]) -> Step? {
        if let last, last.payload == payload { return last.step }
        let step = Payload.step(payload)
        last = (payload, step)
        if let step {
            if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
            known[step.hash] = step
        }
        return step
    }

    /// The step of that hash, where it was decoded here: the hash covers its content.
    func step(of hash: Digest) -> Step? { known[hash] }
}
