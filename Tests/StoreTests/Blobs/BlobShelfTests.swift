import FoundationEssentials
import Protocol
import Rules
import Store
import Testing

struct BlobShelfTests {
    private func withShelf(free: Int = 1 << 40, _ body: (BlobShelf, String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/xueji-blobs-\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(BlobShelf(node: folder, free: { _ in free }), folder)
    }

    private let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    @Test func `a file is kept under its hash, and keeping it twice changes nothing`() throws {
        try withShelf { shelf, _ in
            let hash = try shelf.take(bytes)
            #expect(hash == Hashing.sha256(bytes))
            let again = try shelf.take(bytes)
            #expect(again == hash)
            #expect(shelf.size(hash) == 10_000)
            #expect(shelf.read(hash) == bytes)
            #expect(shelf.read(hash, offset: 9_990, length: 100) == Array(bytes.suffix(10)))
            #expect(shelf.isSound(hash))
            #expect(shelf.files().map(\.hash) == [hash])
        }
    }

    @Test func `a file that the node has spooled is moved, any other one stays`() throws {
        try withShelf { shelf, folder in
            try FileManager.default.createDirectory(atPath: folder + "/incoming", withIntermediateDirectories: true)
            let (spooled, foreign) = (folder + "/incoming/a", folder + "/b")
            let other = Array(bytes.reversed())
            try Data(bytes).write(to: URL(fileURLWithPath: spooled))
            try Data(other).write(to: URL(fileURLWithPath: foreign))
            let hash = try shelf.take(bytes, from: spooled)
            #expect(hash == Hashing.sha256(bytes) && shelf.read(hash) == bytes && shelf.isSound(hash))
            #expect(!FileManager.default.fileExists(atPath: spooled))
            let second = try shelf.take(other, from: foreign)
            #expect(shelf.read(second) == other && FileManager.default.fileExists(atPath: foreign))
            // What lies there already is not touched, and the spooled copy is its owner's to remove.
            try Data(bytes).write(to: URL(fileURLWithPath: spooled))
            #expect(try shelf.take(bytes, from: spooled) == hash && FileManager.default.fileExists(atPath: spooled))
        }
    }

    @Test func `pieces go on where the last one ended, and others are not taken`() throws {
        try withShelf { shelf, _ in
            let hash = Hashing.sha256(bytes)
            let first = try shelf.append(Array(bytes[..<4000]), of: hash, size: 10_000, at: 0)
            #expect(first == .more(have: 4000))
            let beyond = try shelf.append(Array(bytes[5000...]), of: hash, size: 10_000, at: 5000)
            #expect(beyond == .more(have: 4000))
            let repeated = try shelf.append(Array(bytes[..<4000]), of: hash, size: 10_000, at: 0)
            #expect(repeated == .more(have: 4000))
            #expect(shelf.size(hash) == nil)
            #expect(shelf.partialSize(hash) == 4000)
            #expect(shelf.partialFiles().map(\.hash) == [hash])
            let last = try shelf.append(Array(bytes[4000...]), of: hash, size: 10_000, at: 4000)
            #expect(last == .stored)
            #expect(shelf.read(hash) == bytes)
            #expect(shelf.partialFiles().isEmpty)
            let more = try shelf.append([1], of: hash, size: 10_000, at: 0)
            #expect(more == .stored)
        }
    }

    @Test(arguments: [true, false]) func `a file that was whole when the process ended is put in its place by the next piece`(isSound: Bool) throws {
        try withShelf { shelf, folder in
            let hash = Hashing.sha256(bytes)
            _ = try shelf.append(Array(bytes[..<9999]), of: hash, size: 10_000, at: 0)
            let path = folder + "/blobs/partial/" + hash.description
            try Data(isSound ? bytes : bytes.reversed()).write(to: URL(fileURLWithPath: path))
            #expect(shelf.partialSize(hash) == 10_000)
            let receipt = try shelf.append(Array(bytes[..<4000]), of: hash, size: 10_000, at: 0)
            #expect(receipt == (isSound ? .stored : .more(have: 0)))
            #expect(shelf.read(hash) == (isSound ? bytes : nil))
            #expect(shelf.partialSize(hash) == 0)
        }
    }

    @Test func `bytes that do not give the hash are thrown away whole`() throws {
        try withShelf { shelf, _ in
            let hash = Hashing.sha256(bytes)
            var changed = bytes
            changed[17] ^= 1
            let receipt = try shelf.append(changed, of: hash, size: 10_000, at: 0)
            #expect(receipt == .mismatch)
            #expect(shelf.size(hash) == nil)
            #expect(shelf.partialSize(hash) == 0)
        }
    }

    @Test func `below the reserve nothing is taken in, and the reason is said`() throws {
        try withShelf(free: BlobShelf.reserve) { shelf, _ in
            #expect(throws: StoreError.self) { try shelf.take(bytes) }
            #expect(throws: StoreError.self) { try shelf.append(bytes, of: Hashing.sha256(bytes), size: 10_000, at: 0) }
            #expect(!shelf.hasRoom(for: 1))
        }
    }

    @Test func `a file that has gone bad is found and put out of the way`() throws {
        try withShelf { shelf, folder in
            let hash = try shelf.take(bytes)
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: shelf.path(hash)))
            #expect(!shelf.isSound(hash))
            shelf.putAside(hash)
            #expect(shelf.size(hash) == nil)
            #expect(FileManager.default.fileExists(atPath: folder + "/blobs/damaged/\(hash)"))
        }
    }

    @Test func `a copy takes what the other shelf lacks, and nothing that has gone bad`() throws {
        try withShelf { shelf, _ in
            let sound = try shelf.take(bytes)
            let bad = try shelf.take([1, 2, 3])
            try Data([9]).write(to: URL(fileURLWithPath: shelf.path(bad)))
            try withShelf { other, _ in
                let count = try shelf.copy(to: other)
                let again = try shelf.copy(to: other)
                #expect((count, again) == (1, 0))
                #expect(other.read(sound) == bytes)
                #expect(other.size(bad) == nil)
            }
        }
    }

    @Test func `a hash is read from 64 lower-case digits only`() {
        let hash = Hashing.sha256(bytes)
        #expect(Digest(hex: hash.description) == hash)
        #expect(Digest(hex: hash.description.uppercased()) == nil || hash.description.allSatisfy(\.isNumber))
        #expect(Digest(hex: String(hash.description.dropLast())) == nil)
        #expect(Digest(hex: hash.description.dropLast() + "g") == nil)
    }
}
