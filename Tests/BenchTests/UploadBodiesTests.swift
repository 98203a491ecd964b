import Testing

@testable import Bench

@Suite struct UploadBodiesTests {
    @Test func everyBodyIsAPictureOfItsOwnAndTheSameForTheSameSeed() {
        let bodies = UploadBodies(seed: 1)
        let (one, two) = (bodies.body(1), bodies.body(2))
        #expect(one.count == 240 << 10 && two.count == one.count && one.starts(with: [0xFF, 0xD8, 0xFF]))
        #expect(one != two && bodies.digest(1) != bodies.digest(2))
        #expect(UploadBodies(seed: 1).digest(1) == bodies.digest(1) && UploadBodies(seed: 2).digest(1) != bodies.digest(1))
    }
}
