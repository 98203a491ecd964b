import Protocol
import Rules
import Synchronization
import Testing

@testable import Store

struct FreshnessProofTests {
    /// A run directory that outlives processes, with one note.
    private final class Note: Sendable {
        private let held = Mutex<Int64?>(nil)
        var position: Int64? { held.withLock { $0 } }
        var mark: FreshnessProof.Mark {
            FreshnessProof.Mark(read: { self.position }, write: { position in self.held.withLock { $0 = position } })
        }
    }

    private func archive(_ bench: Bench, _ proof: FreshnessProof) throws -> Archive {
        try Archive(folder: bench.folder, book: ProjectionBook([]), surroundings: bench.archive.surroundings, proof: proof)
    }

    private func draw(_ archive: Archive) throws {
        try archive.write { transaction in
            try transaction.beginDraw()
            let unit = Unit(code: "440105", name: "海珠区", tier: .county, competent: .centre)
            try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
        }
    }

    private func position(_ archive: Archive) throws -> Int64 { try archive.read { try Journal.position(in: $0.database) } }

    @Test func `nothing is drawn before heads were compared, then as much as is wanted`() throws {
        let bench = try Bench()
        _ = try bench.becomeCentre(enrolling: [:])
        try bench.archive.close()
        let proof = FreshnessProof(mark: Note().mark)
        let archive = try archive(bench, proof)
        proof.judge(position: try position(archive))
        let error = #expect(throws: StoreError.self) { try draw(archive) }
        #expect(error?.code == .recovering && error?.remedy.contains("alarm acknowledge unproven") == true)
        try archive.write { try $0.confirmFresh() }
        try draw(archive)
    }

    @Test func `a restarted process draws on without the parent while its store is no older than the last draw`() throws {
        let bench = try Bench()
        _ = try bench.becomeCentre(enrolling: [:])
        try bench.archive.close()
        let note = Note()
        let first = try archive(bench, FreshnessProof(mark: note.mark))
        try first.write { try $0.confirmFresh() }
        try draw(first)
        let end = try position(first)
        try first.close()
        let again = FreshnessProof(mark: note.mark)
        again.judge(position: end)
        #expect(again.isProven)
        // The same folder from before the draw.
        let back = FreshnessProof(mark: note.mark)
        back.judge(position: end - 1)
        #expect(!back.isProven)
        // A machine that has started anew believes no note.
        let anew = FreshnessProof(mark: Note().mark)
        anew.judge(position: end)
        #expect(!anew.isProven)
    }
}
