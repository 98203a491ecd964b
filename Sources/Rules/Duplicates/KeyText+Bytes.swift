/// Normal forms of UTF-8 bytes, without a string where the bytes are plain: millions of rows are compared in this form.
extension KeyText {
    /// The three normal forms.
    public enum Form: Sendable, Hashable, CaseIterable { case name, number, code }

    /// Appends the normal form of a text: the bytes that `name(_:)`, `number(_:)` or `code(_:)` would give.
    public static func append(_ bytes: UnsafeBufferPointer<UInt8>, _ form: Form, to text: inout ContiguousArray<UInt8>) {
        guard form == .name ? isPlainName(bytes) : isPlainNumber(bytes) else {
            text.append(contentsOf: normal(String(decoding: bytes, as: UTF8.self), form).utf8)
            return
        }
        text.append(contentsOf: bytes)
    }

    private static func normal(_ raw: String, _ form: Form) -> String {
        switch form {
        case .name: name(raw)
        case .number: number(raw)
        case .code: code(raw)
        }
    }
}
