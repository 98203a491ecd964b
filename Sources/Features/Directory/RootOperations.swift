import Crypto
import Protocol
import Rules
import Store
import Trust

/// The tree's root certificate, for those who install it in browsers.
public enum RootOperations {
    /// Key of the node's value with the tree's root certificate, DER.
    public static let rootName = "trust.root"

    struct Root: Encodable, Sendable {
        /// Of the certificate's bytes, in pairs: Windows shows the first one, browsers both.
        let sha1, sha256: String
        /// PEM.
        let certificate: String
    }

    public static let all: [Operation] = [
        Operation(
            "trust.root", .get, "/trust/root", "The tree's root certificate and its fingerprints", title: "根证书",
            response: .fields(("sha1", .string), ("sha256", .string), ("certificate", .string))
        ) { call in
            guard let root = try call.archive.read({ try $0.nodeValue(rootName) }) else {
                throw Refusal("trust.root", "本节点还没有根证书。", remedy: "请先运行 xueji init 或 xueji join。", kind: .missing)
            }
            return .json(Root(
                sha1: pairs(Insecure.SHA1.hash(data: root)), sha256: pairs(SHA256.hash(data: root)),
                certificate: Credential.text(certificates: [root])))
        },
    ]

    private static func pairs(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }
}
