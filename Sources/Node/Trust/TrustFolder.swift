import FoundationEssentials
import Glibc
import Store
import Trust

/// The node's TLS keys: files beside the store, 0600, in no backup. A node that has lost them is certified anew by its
/// statement key.
struct TrustFolder: Sendable {
    /// What a file holds: a key with its certificates.
    enum Kind: String { case node, authority, console }

    /// `tls` in the node's folder.
    let path: String

    init(node folder: String) { path = folder + "/tls" }

    /// Nil when there is none, or none that can be read.
    func read(_ kind: Kind) -> Credential? {
        text(kind).flatMap { try? Credential(text: $0) }
    }

    /// What the console shows; nil as above.
    func readConsole() -> ConsoleCertificate? { text(.console).flatMap { try? ConsoleCertificate(text: $0) } }

    private func text(_ kind: Kind) -> String? {
        (try? Data(contentsOf: URL(fileURLWithPath: file(kind)))).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Replaces the file as a whole: a reader sees the old pair or the new one.
    /// - Throws: `StoreError.cannotOpen`.
    func write(_ credential: Credential, as kind: Kind) throws { try write(credential.text, as: kind) }

    /// The same for what the console shows.
    func write(_ certificate: ConsoleCertificate) throws { try write(certificate.text, as: .console) }

    private func write(_ text: String, as kind: Kind) throws {
        mkdir(path, 0o700)
        let draft = file(kind) + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(draft) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, rename(draft, file(kind)) == 0
        else { throw unwritable(draft) }
    }

    private func file(_ kind: Kind) -> String { path + "/" + kind.rawValue + ".pem" }

    private func unwritable(_ file: String) -> StoreError {
        StoreError(.cannotOpen, message: "无法保存节点证书 \(file)。", remedy: "请检查磁盘空间和文件夹权限。", cause: "errno \(errno)")
    }
}
