import FoundationEssentials
import Glibc
import Protocol
import Rules

/// The files of a node's blobs, in its folder `blobs`, each named by the SHA-256 of its bytes and never changed.
///
/// Guarantee: a file under its own name is whole and on durable storage: it is written under another name, synced, renamed,
/// and the folder synced. What a crash leaves lies in `partial`, which nobody takes for a blob.
public struct BlobShelf: Sendable {
    /// Free bytes that must be left on the disk: below this nothing is taken in, so that the journal has room.
    public static let reserve = 256 << 20

    public let folder: String
    /// Where the node spools what people send.
    private let incoming: String
    private let free: @Sendable (String) -> Int

    /// - Parameters:
    ///   - node: the node's folder.
    ///   - free: bytes free for this process on the disk of a folder.
    public init(node: String, free: @escaping @Sendable (String) -> Int = BlobShelf.freeBytes) {
        folder = node + "/blobs"
        incoming = node + "/incoming/"
        self.free = free
    }

    public static func freeBytes(_ folder: String) -> Int {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return .max }
        return Int(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }

    public func path(_ hash: Digest) -> String { "\(place(hash))/\(hash)" }

    private func place(_ hash: Digest) -> String { folder + "/" + hash.description.prefix(2) }
    private var partials: String { folder + "/partial" }
    private func partial(_ hash: Digest) -> String { partials + "/" + hash.description }

    /// Bytes of a whole blob; nil when it is not here.
    public func size(_ hash: Digest) -> Int? { Self.size(path(hash)) }

    /// Bytes of a blob that have come so far.
    public func partialSize(_ hash: Digest) -> Int { Self.size(partial(hash)) ?? 0 }

    private static func size(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    // MARK: Reading

    /// A piece of a whole blob; shorter at its end, nil when it is not here.
    public func read(_ hash: Digest, offset: Int = 0, length: Int = Attachment.maxBytes) -> [UInt8]? {
        Self.read(path(hash), offset: offset, length: length)
    }

    /// Whether the file's bytes still give its name.
    public func isSound(_ hash: Digest) -> Bool {
        Self.read(path(hash), offset: 0, length: Attachment.maxBytes + 1).map { Hashing.sha256($0) == hash } ?? false
    }

    private static func read(_ path: String, offset: Int, length: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: max(0, min(length, Attachment.maxBytes + 1)))
        var done = 0
        while done < bytes.count {
            let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + done, $0.count - done, off_t(offset + done)) }
            guard got >= 0 else { return nil }
            if got == 0 { break }
            done += got
        }
        return Array(bytes.prefix(done))
    }

    // MARK: Writing

    /// Takes bytes in as a blob; doing so twice changes nothing.
    /// - Throws: `StoreError.diskFull`.
    public func take(_ bytes: [UInt8]) throws -> Digest {
        let hash = Hashing.sha256(bytes)
        if size(hash) == bytes.count { return hash }
        try prepare(hash, bytes: bytes.count)
        let temporary = partial(hash) + ".whole"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.full("open: errno \(errno)") }
        do {
            try Self.write(bytes, at: 0, to: descriptor)
            close(descriptor)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        try settle(temporary, hash)
        return hash
    }

    /// Takes a file in. What this node has spooled itself is moved to its place; any other file stays where it is.
    /// - Parameter bytes: what is in the file.
    /// - Throws: `StoreError.diskFull`.
    public func take(_ bytes: [UInt8], from path: String) throws -> Digest {
        guard path.hasPrefix(incoming) else { return try take(bytes) }
        let hash = Hashing.sha256(bytes)
        if size(hash) == bytes.count { return hash }
        try prepare(hash, bytes: 0)
        try settle(path, hash)
        return hash
    }

    /// Adds a piece to what has come of a blob. A piece that does not begin where the last one ended is not taken.
    public func append(_ piece: [UInt8], of hash: Digest, size whole: Int, at offset: Int) throws -> BlobReceipt {
        if size(hash) == whole { return .stored }
        try prepare(hash, bytes: whole)
        let path = partial(hash)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.full("open: errno \(errno)") }
        let have = Int(lseek(descriptor, 0, SEEK_END))
        // It came as a whole, and the process ended before it was put in its place.
        if have == whole, whole > 0 {
            close(descriptor)
            let receipt = try finish(path, hash, whole)
            return receipt == .mismatch ? .more(have: 0) : receipt
        }
        guard have == offset, offset + piece.count <= whole else {
            if have > whole { ftruncate(descriptor, 0) }
            close(descriptor)
            return .more(have: have > whole ? 0 : have)
        }
        do {
            try Self.write(piece, at: offset, to: descriptor)
            close(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        guard offset + piece.count == whole else { return .more(have: offset + piece.count) }
        return try finish(path, hash, whole)
    }

    private func finish(_ path: String, _ hash: Digest, _ whole: Int) throws -> BlobReceipt {
        guard Self.read(path, offset: 0, length: whole).map({ Hashing.sha256($0) }) == hash else {
            unlink(path)
            return .mismatch
        }
        try settle(path, hash)
        return .stored
    }

    /// Forgets what has come of a blob.
    public func discardPartial(_ hash: Digest) { unlink(partial(hash)) }

    public func remove(_ hash: Digest) { unlink(path(hash)) }

    /// Puts a file whose bytes do not give its name out of the way, for whoever wants to look at it.
    public func putAside(_ hash: Digest) {
        mkdir(folder + "/damaged", 0o700)
        rename(path(hash), folder + "/damaged/" + hash.description)
    }

    /// Whether a blob of so many bytes may come in.
    public func hasRoom(for bytes: Int) -> Bool { free(folder) - bytes >= Self.reserve }

    private func prepare(_ hash: Digest, bytes: Int) throws {
        for path in [folder, partials, place(hash)] { mkdir(path, 0o700) }
        guard hasRoom(for: bytes) else {
            throw StoreError(
                .diskFull, message: "磁盘剩余空间不足 \(Self.reserve >> 20) MB，不再接收附件。", remedy: "请清理磁盘空间；其他业务照常。",
                cause: "reserve of \(Self.reserve) bytes")
        }
    }

    private func settle(_ temporary: String, _ hash: Digest) throws {
        guard SyncedFile.sync(temporary), rename(temporary, path(hash)) == 0, SyncedFile.sync(place(hash)) else {
            let cause = "errno \(errno)"
            unlink(temporary)
            throw Self.full(cause)
        }
    }

    private static func write(_ bytes: [UInt8], at offset: Int, to descriptor: Int32) throws {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, off_t(offset + done)) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw full("write: errno \(errno)") }
            done += written
        }
    }

    private static func full(_ cause: String) -> StoreError {
        StoreError(.diskFull, message: "磁盘已满或无法写入，附件没有保存。", remedy: "请清理磁盘空间后重试。", cause: cause)
    }

    // MARK: All of them

    /// Copies every sound blob that the other shelf lacks; what is there already is left.
    /// - Returns: how many were copied.
    /// - Throws: `StoreError.diskFull`.
    @discardableResult
    public func copy(to other: BlobShelf) throws -> Int {
        var count = 0
        for file in files() where other.size(file.hash) != file.size {
            guard let bytes = read(file.hash), Hashing.sha256(bytes) == file.hash else { continue }
            _ = try other.take(bytes)
            count += 1
        }
        return count
    }

    /// The blobs whose files lie here, in order, with their size and the time they were last written.
    public func files() -> [(hash: Digest, size: Int, writtenAt: Int64)] {
        Self.names(in: folder).filter { $0.utf8.count == 2 }.flatMap { Self.files(in: folder + "/" + $0) }
    }

    /// What has begun to come.
    public func partialFiles() -> [(hash: Digest, size: Int, writtenAt: Int64)] { Self.files(in: partials) }

    private static func files(in folder: String) -> [(hash: Digest, size: Int, writtenAt: Int64)] {
        names(in: folder).compactMap { name in
            var status = stat()
            guard let hash = Digest(hex: String(name.prefix(64))), stat(folder + "/" + name, &status) == 0 else { return nil }
            return (hash, Int(status.st_size), Int64(status.st_mtim.tv_sec))
        }
    }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }
}

extension Digest {
    /// Reads 64 lower-case hexadecimal digits.
    public init?(hex text: String) {
        guard text.utf8.count == 64, let high = DossierID(hex: String(text.prefix(32))),
              let low = DossierID(hex: String(text.suffix(32))) else { return nil }
        self.init(high.bytes + low.bytes)
        guard description == text else { return nil }
    }
}
