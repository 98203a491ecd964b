import Testing

@testable import Bench

@Suite struct DiskProbeTests {
    @Test func everyWriteIsTimed() throws {
        let yard = try Yard()
        let place = yard.place()
        let probe = DiskProbe(at: place)
        for _ in 0..<3 { try probe.measure(at: place) }
        // The yard's stopwatch counts how often it is read.
        #expect(probe.milliseconds == [1000, 1000, 1000])
    }
}
