import Protocol
import Rules
import Testing

@testable import Store

struct CloneMarkTests {
    @Test func `a copy of a running node writes nothing until the operator says that it stays, and then goes on anew`() throws {
        let pair = try Pair()
        let before = try pair.school.archive.write { try $0.incarnation(of: Bench.school) }
        try pair.school.archive.write { try $0.noteClone() }
        #expect(try pair.school.archive.read { try $0.isClone() })
        let error = #expect(throws: StoreError.self) { _ = try pair.school.enter("张伟") }
        #expect(error?.code == .notAllowed)
        #expect(try pair.school.count("alarm") == 1)
        try pair.school.archive.write { try $0.endClone() }
        _ = try pair.school.enter("李娜")
        #expect(try pair.school.archive.write { try $0.incarnation(of: Bench.school) } != before)
        #expect(try pair.school.archive.read { try $0.recoveringUnits() } == [Bench.school])
    }
}
