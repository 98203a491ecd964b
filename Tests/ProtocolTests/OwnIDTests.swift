import Protocol
import Rules
import Testing

@Suite struct OwnIDTests {
    private let act = ActID([UInt8](repeating: 5, count: 16))
    private let other = ActID([UInt8](repeating: 6, count: 16))

    @Test func `an id is its maker's alone, by the act that made it`() throws {
        let (act, other) = try (#require(act), #require(other))
        let id = DossierID.own(of: "2144000001", act)
        #expect(id == .own(of: "2144000001", act))
        #expect(id != .own(of: "2144000001", other))
        #expect(id.mayBeOpened(by: "2144000001", act))
        #expect(!id.mayBeOpened(by: "2144000001", other))
        #expect(!id.mayBeOpened(by: "2144000002", act))
    }

    @Test func `an id of an earlier version proves nothing and is anybody's to open`() throws {
        let old = try #require(DossierID([UInt8](repeating: 9, count: 16)))
        #expect(old.mayBeOpened(by: "2144000001", try #require(act)))
    }
}
