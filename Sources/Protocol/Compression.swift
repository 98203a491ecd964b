import CZstd

/// zstd level 1 on envelope bodies, with a hard bound on what inflates.
enum Compression {
    /// The largest body accepted after inflation, in bytes: an envelope carries at most 1 MiB of entries plus framing.
    static let limit = 4 << 20

    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            let written = ZSTD_compress(target.baseAddress, bound, bytes, bytes.count, 1)
            precondition(ZSTD_isError(written) == 0, "zstd fails only on a buffer below its own bound")
            count = written
        }
    }

    /// Nil when the bytes are not one zstd frame or inflate to more than `limit`.
    static func inflate(_ bytes: [UInt8]) -> [UInt8]? {
        let declared = ZSTD_getFrameContentSize(bytes, bytes.count)
        guard declared <= UInt64(limit) else { return nil }
        var failed = false
        let result = [UInt8](unsafeUninitializedCapacity: Int(declared)) { target, count in
            let written = ZSTD_decompress(target.baseAddress, Int(declared), bytes, bytes.count)
            failed = ZSTD_isError(written) != 0 || written != Int(declared)
            count = failed ? 0 : written
        }
        return failed ? nil : result
    }
}
