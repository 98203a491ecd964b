/// Addresses that mean nothing outside the own network: a certificate of the tree for one of them is good at no other place.
public enum OwnNetwork {
    /// - Parameter address: 4 or 16 bytes.
    public static func has(_ address: [UInt8]) -> Bool {
        switch address.count {
        case 4: isPrivate4(address)
        case 16: isPrivate6(address)
        default: false
        }
    }

    /// Loopback (RFC 1122), private (RFC 1918), shared (RFC 6598), link-local (RFC 3927).
    private static func isPrivate4(_ address: [UInt8]) -> Bool {
        switch (address[0], address[1]) {
        case (127, _), (10, _), (172, 16...31), (192, 168), (100, 64...127), (169, 254): true
        default: false
        }
    }

    /// Loopback, unique local (RFC 4193), link-local (RFC 4291).
    private static func isPrivate6(_ address: [UInt8]) -> Bool {
        address == [UInt8](repeating: 0, count: 15) + [1] || address[0] & 0xFE == 0xFC || address[0] == 0xFE && address[1] & 0xC0 == 0x80
    }
}
