import Features
import Protocol
import Rules
import Store

/// `init`: the centre comes into being.
public enum Founding {
    /// What `init` and `join` print.
    public struct Result: Encodable, Sendable, Hashable {
        public struct Administrator: Encodable, Sendable, Hashable {
            public let account: String
            /// One-time; must be changed at the first sign-in.
            public let password: String
        }

        public let unit: String
        public let tier: String
        public let admin: Administrator
    }

    /// Makes the centre's store in an empty folder.
    public static func foundCentre(name: String, folder: String, surroundings: Surroundings) throws -> Result {
        let name = name.trimmedOfSpaces
        guard !name.isEmpty, name.count <= 100 else {
            throw Refusal("init.name", "名称不能为空，也不能超过 100 字。", remedy: "请用 --name 给出中央节点的名称。", kind: .usage)
        }
        try NodeFolder.prepare(folder)
        let archive = try Archive(folder: folder, book: Wiring.book(), surroundings: surroundings)
        defer { try? archive.close() }
        let (text, password) = try AccountShelf.oneTimePassword(surroundings)
        try archive.write { transaction in
            guard try transaction.reading.ownUnit() == nil else { throw NodeFolder.exists(folder) }
            let key = surroundings.statementKey()
            try transaction.setNodeText("unit", UnitCode.centre.text)
            try transaction.keepSecret(key, of: .centre, incarnation: surroundings.incarnation())
            try transaction.trustRoot(key.publicKey)
            try NodeTrust.found(in: transaction)
            let centre = Unit(code: .centre, name: name, tier: .centre, competent: nil)
            try transaction.append(.unit, Payload.encode(centre), as: .centre, to: .everyone)
            let enrolment = KeyEnrolment(
                unit: .centre, publicKey: key.publicKey, issuer: .centre, generation: 1, node: .centre)
            try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .everyone)
            try AccountShelf.putAdministrator(of: .centre, password, in: transaction)
        }
        return Result(
            unit: UnitCode.centre.text, tier: Tier.centre.rawValue,
            admin: .init(account: AccountShelf.administrator, password: text))
    }
}

extension String {
    var trimmedOfSpaces: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
