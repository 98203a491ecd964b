import Rules
import Testing

@Suite struct KeyedHashTests {
    private let secret = [UInt8](0..<16)

    /// `vectors_sip64` of the authors' reference implementation: the bytes 0, 1, 2 … under the key 0…15.
    @Test(arguments: [
        (0, 0x726F_DB47_DD0E_0E31), (1, 0x74F8_39C5_93DC_67FD), (2, 0x0D6C_8009_D9A9_4F5A), (3, 0x8567_6696_D7FB_7E2D),
        (4, 0xCF27_94E0_2771_87B7), (5, 0x1876_5564_CD99_A68D), (6, 0xCBC9_466E_58FE_E3CE), (7, 0xAB02_00F5_8B01_D137),
        (8, 0x93F5_F579_9A93_2462), (9, 0x9E00_82DF_0BA9_E4B0), (15, 0xA129_CA61_49BE_45E5),
    ] as [(Int, UInt64)])
    func `It is SipHash-2-4`(length: Int, hash: UInt64) throws {
        let keyed = try #require(KeyedHash(secret: secret))
        #expect((0..<UInt8(length)).map { $0 }.withUnsafeBytes { keyed.hash($0) } == hash)
    }

    @Test func `Another secret or another kind gives another hash`() throws {
        let text = Array("110102201611054337".utf8)
        let keyed = try #require(KeyedHash(secret: secret)), other = try #require(KeyedHash(secret: secret.reversed()))
        let hashes = text.withUnsafeBytes { [keyed.hash($0), keyed.hash($0, domain: 1), keyed.hash($0, domain: 2), other.hash($0)] }
        #expect(Set(hashes).count == 4)
    }

    @Test func `A secret has sixteen bytes`() { #expect(KeyedHash(secret: [1, 2, 3]) == nil) }
}
