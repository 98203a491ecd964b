/// The cookies of one request (RFC 6265), and how ours are set.
struct Cookies: Sendable {
    /// Carries the session's token.
    static let session = "xueji-session"
    /// Binds the sign-in form to the browser that asked for it.
    static let form = "xueji-form"

    private let values: [String: String]

    init(_ headers: [String]) {
        var values: [String: String] = [:]
        for pair in headers.flatMap({ $0.split(separator: ";") }) {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            values[String(parts[0].drop { $0 == " " })] = String(parts[1])
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// No script reads it, no other site sends it; gone when the browser closes.
    static func set(_ name: String, _ value: String, isSecure: Bool) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    static func remove(_ name: String) -> String { "\(name)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" }
}
