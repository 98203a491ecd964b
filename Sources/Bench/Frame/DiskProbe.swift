import Glibc

/// A plain 4 KB write and fsync, what no durable answer can be quicker than.
final class DiskProbe {
    private let descriptor: Int32
    private let page = [UInt8](repeating: 7, count: 4096)
    private var count = 0
    private(set) var milliseconds: [Double] = []

    init(at place: Workplace) { descriptor = open(place.folder + "/sync", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }

    deinit { close(descriptor) }

    func measure(at place: Workplace) throws {
        let seconds = try place.timed {
            guard pwrite(descriptor, page, page.count, off_t(count % 256 * page.count)) == page.count, fsync(descriptor) == 0 else {
                throw BenchFailure("no fsync")
            }
        }.seconds
        count += 1
        milliseconds.append(seconds * 1000)
    }
}
