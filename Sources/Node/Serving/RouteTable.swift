import Features

/// Finds the operation or page for a method and path. Literal segments win over parameters.
struct RouteTable<Target: Routed>: Sendable {
    enum Match: Sendable {
        case found(Target, parameters: [String: String])
        /// The path exists, with other methods.
        case otherMethods([Operation.Method])
        case nothing
    }

    private struct Route: Sendable {
        let segments: [Segment]
        let target: Target
    }

    private enum Segment: Sendable {
        case literal(String)
        case parameter(String)
    }

    private let byLength: [Int: [Route]]

    init(_ targets: [Target]) {
        let routes = targets.map { target in
            Route(segments: Self.split(target.path).map(Self.segment), target: target)
        }
        byLength = Dictionary(grouping: routes) { $0.segments.count }
    }

    /// - Parameter path: as the targets have it (operations: below `/api/v1`), still percent-encoded.
    func match(_ method: String, _ path: String) -> Match {
        let parts = Self.split(path).map(PercentText.decode)
        var fitting: [(literals: Int, target: Target, parameters: [String: String])] = []
        for route in byLength[parts.count] ?? [] {
            if let found = Self.fit(route.segments, parts) {
                fitting.append((found.literals, route.target, found.parameters))
            }
        }
        guard let best = fitting.map(\.literals).max() else { return .nothing }
        let candidates = fitting.filter { $0.literals == best }
        if let found = candidates.first(where: { $0.target.method.rawValue == method }) {
            return .found(found.target, parameters: found.parameters)
        }
        return .otherMethods(candidates.map(\.target.method))
    }

    private static func fit(
        _ segments: [Segment], _ parts: [String]
    ) -> (literals: Int, parameters: [String: String])? {
        var literals = 0
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text):
                guard text == part else { return nil }
                literals += 1
            case .parameter(let name):
                guard !part.isEmpty else { return nil }
                parameters[name] = part
            }
        }
        return (literals, parameters)
    }

    private static func split(_ path: String) -> [String] {
        path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    }

    private static func segment(_ text: String) -> Segment {
        text.hasPrefix("{") && text.hasSuffix("}") ? .parameter(String(text.dropFirst().dropLast())) : .literal(text)
    }
}
