import Features
import Protocol
import Replication
import Rules
import Store
import Synchronization

/// The node's blobs for the lane: rows from the store, bytes from the shelf.
final class StoreBlobs: BlobRoom {
    /// Seconds before a blob is asked for again after what came did not give its hash.
    static let mismatchPause: Int64 = 3600
    /// Blobs of one child that may be half here at a time.
    static let partialsPerChild = 4
    /// Seconds after which a node asks its parent for what should have come from below.
    static let patience: Int64 = 3600

    private let archive: Archive
    private let shelf: BlobShelf
    /// Which blobs each child has begun to send, the oldest first. Pieces of one blob are written one after another.
    private let begun = Mutex<[UnitCode: [Digest]]>([:])

    init(archive: Archive, shelf: BlobShelf? = nil) {
        self.archive = archive
        self.shelf = shelf ?? BlobShelf(node: archive.folder)
    }

    // MARK: The child's side

    func wishes(limit: Int) throws -> (asks: [BlobWant], allowance: BlobAllowance) {
        try archive.read { reading in
            let register = BlobRegister(reading)
            let hosted = Set(try reading.hostedUnits())
            let homes = try register.wantedHomes()
            let now = archive.surroundings.now()
            let policies = PolicyShelf(reading)
            let unit = try reading.ownUnit() ?? .centre
            // Its own lost ones come back from above, and so does what is not of this subtree; what a school below should bring is
            // asked for above when it is late.
            let isBelow = { (home: UnitCode) in !hosted.contains(home) && reading.directory.contains(unit, home) }
            let own = try register.wanted(of: homes.filter { !isBelow($0) }, limit: limit, at: now)
            let late = try register.wanted(of: homes.filter(isBelow), limit: limit, at: now, before: now - Self.patience)
            return ((own + late).prefix(limit).map(withPartial), BlobAllowance(
                bytesPerSecond: Int(try policies.value("blobs.bandwidth", for: unit)),
                hours: DailyHours(try policies.value("blobs.hours", for: unit))))
        }
    }

    func read(_ hash: Digest, offset: Int, length: Int) throws -> [UInt8]? {
        guard try archive.read({ try BlobRegister($0).holds(hash) }) else { return nil }
        // A file that has gone bad is found before its first piece goes out.
        if offset == 0, !shelf.isSound(hash) {
            shelf.putAside(hash)
            try archive.write { transaction in
                let register = BlobRegister(transaction)
                try register.forget(hash)
                for stated in try register.standing(with: hash).prefix(1) {
                    try register.want(hash, of: stated.by, size: stated.size, isUrgent: false, at: transaction.now)
                }
                try transaction.raiseAlarm("blob.damaged", subject: "node", "本节点上的附件文件有损坏，已移到 blobs/damaged，正重新取回。")
            }
            return nil
        }
        return shelf.read(hash, offset: offset, length: length)
    }

    func noteAsked(_ hash: Digest, isUrgent: Bool) throws {
        try archive.write { transaction in
            let register = BlobRegister(transaction)
            guard let stated = try register.standing(with: hash).first else { return }
            try register.want(hash, of: stated.by, size: stated.size, isUrgent: isUrgent, at: transaction.now)
        }
    }

    func noteWished(_ hash: Digest, by child: UnitCode) throws {
        let stated = try archive.read { reading -> Attachment? in
            let register = BlobRegister(reading)
            guard try !register.holds(hash), try !register.isWanted(hash), try TransferFiles(reading).concerns(hash, child) else { return nil }
            // The child's own come from the child.
            return try register.standing(with: hash).first { !reading.directory.contains(child, $0.by) }
        }
        guard let stated else { return }
        try archive.write { transaction in
            try BlobRegister(transaction).want(hash, of: stated.by, size: stated.size, isUrgent: true, at: transaction.now)
        }
    }

    func store(_ piece: [UInt8], of hash: Digest, size: Int, at offset: Int, from neighbour: Neighbour) throws -> BlobReceipt {
        let stated = try archive.read { reading in
            let register = BlobRegister(reading)
            if try register.holds(hash) { return (isHere: true, size: size) }
            guard try register.isWanted(hash), try isTheirs(hash, neighbour, reading) else { return (isHere: false, size: 0) }
            return (isHere: false, size: try register.attachments(with: hash).map(\.size).max() ?? 0)
        }
        if stated.isHere { return .stored }
        guard stated.size == size else { return .unwanted }
        let receipt = try begun.withLock { begun in
            if case .child(let child) = neighbour { makeRoom(for: hash, of: child, &begun) }
            return try shelf.append(piece, of: hash, size: size, at: offset)
        }
        switch receipt {
        case .stored: try arrived(hash, size)
        case .mismatch: try deceived(hash, neighbour)
        case .more, .unwanted: break
        }
        return receipt
    }

    /// A child that begins more blobs than it may loses what it began first.
    private func makeRoom(for hash: Digest, of child: UnitCode, _ begun: inout [UnitCode: [Digest]]) {
        var list = begun[child, default: []]
        guard !list.contains(hash) else { return }
        while list.count >= Self.partialsPerChild { shelf.discardPartial(list.removeFirst()) }
        begun[child] = list + [hash]
    }

    private func arrived(_ hash: Digest, _ size: Int) throws {
        begun.withLock { begun in for child in begun.keys { begun[child]?.removeAll { $0 == hash } } }
        try archive.write { transaction in
            let until = try BlobSweep.isKept(hash, in: transaction) ? nil : transaction.now + BlobSweep.keptSeconds
            try BlobRegister(transaction).keep(hash, size: size, at: transaction.now, until: until)
        }
    }

    private func deceived(_ hash: Digest, _ neighbour: Neighbour) throws {
        begun.withLock { begun in for child in begun.keys { begun[child]?.removeAll { $0 == hash } } }
        try archive.write { transaction in
            try BlobRegister(transaction).putOff(hash, until: transaction.now + Self.mismatchPause)
            try transaction.raiseAlarm(
                "blob.mismatch", subject: neighbour.source,
                "从\(neighbour == .parent ? "上级" : "下级 \(neighbour.source) ")传来的附件内容与编号不符，已丢弃，一小时后重取。")
        }
    }

    // MARK: The parent's side

    func wants(from child: UnitCode, limit: Int) throws -> (wants: [BlobWant], queue: BlobQueue) {
        try archive.read { reading in
            let register = BlobRegister(reading)
            let homes = try register.wantedHomes().filter { reading.directory.contains(child, $0) }
            guard !homes.isEmpty else { return ([], BlobQueue()) }
            let wants = shelf.hasRoom(for: Attachment.maxBytes)
                ? try register.wanted(of: homes, limit: limit, at: archive.surroundings.now()) : []
            return (wants.map(withPartial), try register.queue(of: homes))
        }
    }

    func size(of hash: Digest, for child: UnitCode) throws -> Int? {
        let mayHave = try archive.read { reading in
            guard try BlobRegister(reading).holds(hash) else { return false }
            return try isTheirs(hash, .child(child), reading) || TransferFiles(reading).concerns(hash, child)
        }
        return mayHave ? shelf.size(hash) : nil
    }

    /// Whether a blob is a neighbour's to bring or to have: a child's when a school of its subtree has attached it.
    private func isTheirs(_ hash: Digest, _ neighbour: Neighbour, _ reading: Reading) throws -> Bool {
        guard case .child(let child) = neighbour else { return true }
        return try BlobRegister(reading).attachments(with: hash).contains { reading.directory.contains(child, $0.by) }
    }

    private func withPartial(_ want: BlobWant) -> BlobWant {
        var want = want
        // Any piece of one that came as a whole, but was not put in its place, has it put there.
        let have = shelf.partialSize(want.hash)
        want.have = have < want.size ? have : 0
        return want
    }
}
