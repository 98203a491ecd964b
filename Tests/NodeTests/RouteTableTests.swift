import Features
@testable import Node
import Testing

struct RouteTableTests {
    let table = RouteTable(Routes.all())

    private func id(_ method: String, _ path: String) -> String? {
        if case .found(let operation, _) = table.match(method, path) { operation.id } else { nil }
    }

    @Test func `every operation is found under its own method and path`() {
        for operation in Routes.all() {
            let path = operation.parameters.filter(\.isInPath).reduce(operation.path) { $0.replacing("{\($1.name)}", with: "x1") }
            #expect(id(operation.method.rawValue, path) == operation.id)
        }
    }

    @Test func `ids are unique`() {
        let ids = Routes.all().map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test func `a literal segment wins over a parameter`() {
        #expect(id("POST", "/students/review") == "students.review")
        #expect(id("GET", "/students/0123") == "students.show")
    }

    @Test func `parameters are decoded`() {
        guard case .found(_, let parameters) = table.match("POST", "/accounts/%E7%8E%8B%20x/reset") else {
            Issue.record("not found")
            return
        }
        #expect(parameters["account"] == "王 x")
    }

    @Test func `another method is told apart from another path`() {
        guard case .otherMethods(let methods) = table.match("PUT", "/students") else {
            Issue.record("expected other methods")
            return
        }
        #expect(methods == [.get])
        guard case .nothing = table.match("GET", "/nowhere") else {
            Issue.record("expected nothing")
            return
        }
    }

    @Test func `the API's description has every route and no other`() throws {
        let document = OpenAPIDocument(Routes.all(), version: "1", openToAll: AccountOperations.openToAll).root
        guard case .object(let paths)? = document["paths"] else {
            Issue.record("no paths")
            return
        }
        var described: Set<String> = []
        for (path, item) in paths {
            guard case .object(let methods) = item else { continue }
            for (method, operation) in methods {
                described.insert("\(method) \(path)")
                let inPath = operation["parameters"]?.items.filter { $0["in"] == .string("path") }.compactMap { $0["name"]?.text }
                #expect(Set(inPath ?? []) == Set(path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }))
                #expect(operation["responses"]?["200"]?["description"] != nil)
                #expect(operation["responses"]?["default"]?["content"]?["application/problem+json"] != nil)
            }
        }
        #expect(described == Set(Routes.all().map { "\($0.method.rawValue.lowercased()) \($0.path)" }))
    }
}
