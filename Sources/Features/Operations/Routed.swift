/// What can be found by method and path: an operation or a page.
public protocol Routed: Sendable {
    var method: Operation.Method { get }
    /// With `{name}` for parameters.
    var path: String { get }
}

extension Operation: Routed {}
extension Page: Routed {}
