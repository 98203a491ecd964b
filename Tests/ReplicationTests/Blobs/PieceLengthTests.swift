import Replication
import Testing

struct PieceLengthTests {
    @Test func `on a slow line pieces stay at half a second, on a fast one they grow to the limit`() {
        var slow = PieceLength()
        for _ in 0..<20 { slow.took(Double(slow.bytes) / 8000, bytes: slow.bytes) }
        #expect(slow.bytes == PieceLength.shortest)
        var middle = PieceLength()
        for _ in 0..<20 { middle.took(Double(middle.bytes) / 100_000, bytes: middle.bytes) }
        #expect(abs(middle.bytes - 50_000) <= 1)
        var fast = PieceLength()
        for _ in 0..<20 { fast.took(0.000_01, bytes: fast.bytes) }
        #expect(fast.bytes == PieceLength.longest)
        fast.begin()
        #expect(fast.bytes == PieceLength.shortest)
    }
}
