import Testing
import Trust

struct OwnNetworkTests {
    @Test(arguments: [
        [127, 0, 0, 1], [10, 255, 0, 1], [172, 16, 0, 1], [172, 31, 9, 9], [192, 168, 3, 4], [100, 64, 0, 1], [169, 254, 1, 1],
        [UInt8](repeating: 0, count: 15) + [1], [0xFD] + [UInt8](repeating: 7, count: 15), [0xFE, 0x80] + [UInt8](repeating: 0, count: 14),
    ] as [[UInt8]])
    func `is of the own network`(_ address: [UInt8]) { #expect(OwnNetwork.has(address)) }

    @Test(arguments: [
        [8, 8, 8, 8], [172, 15, 0, 1], [172, 32, 0, 1], [192, 169, 0, 1], [100, 63, 0, 1], [100, 128, 0, 1], [], [10],
        [0x24, 8] + [UInt8](repeating: 0, count: 14), [UInt8](repeating: 0, count: 16),
    ] as [[UInt8]])
    func `is of the world, or no address`(_ address: [UInt8]) { #expect(!OwnNetwork.has(address)) }
}
