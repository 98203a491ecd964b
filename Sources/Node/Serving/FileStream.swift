import Glibc
import Hummingbird

/// A file as a response body, a part at a time.
enum FileStream {
    /// Bytes per part.
    private static let part = 256 << 10

    static func body(_ path: String) -> ResponseBody {
        ResponseBody { writer in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Gone() }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: part)
            while true {
                let count = read(descriptor, &buffer, part)
                guard count >= 0 else { throw Gone() }
                if count == 0 { break }
                try await writer.write(ByteBuffer(bytes: buffer[0..<count]))
            }
            try await writer.finish(nil)
        }
    }

    /// The file went away while it was sent: the connection is cut, so that nobody takes a part for the whole.
    struct Gone: Error {}
}
