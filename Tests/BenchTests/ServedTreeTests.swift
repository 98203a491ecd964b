import Testing

@testable import Bench

@Suite struct ServedTreeTests {
    @Test func waitingEndsWhenItIsSoOrTheTimeIsOut() throws {
        let yard = try Yard()
        var looks = 0
        try ServedTree.wait(for: "three looks", at: yard.place(), seconds: 10) {
            looks += 1
            return looks == 3
        }
        #expect(looks == 3)
        #expect(throws: BenchFailure("waited in vain for better days")) {
            try ServedTree.wait(for: "better days", at: yard.place(), seconds: 3) { false }
        }
    }
}
