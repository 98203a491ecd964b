import Features
import Testing

struct OpenAPITests {
    @Test func `parameters, bodies and roles of an operation are in the document`() throws {
        let document = OpenAPIDocument(AccountOperations.all, version: "1", openToAll: AccountOperations.openToAll).root
        #expect(document["openapi"] == .string("3.1.0"))
        let reset = try #require(document["paths"]?["/accounts/{account}/reset"]?["post"])
        #expect(reset["operationId"] == .string("accounts.reset"))
        #expect(reset["parameters"]?.items.first?["in"] == .string("path"))
        #expect(reset["x-roles"] == .array([.string("systemAdministrator")]))
        let signIn = try #require(document["paths"]?["/sessions"]?["post"])
        #expect(signIn["security"] == .array([]))
        let schema = signIn["requestBody"]?["content"]?["application/json"]?["schema"]
        #expect(schema?["required"] == .array([.string("account"), .string("password")]))
        #expect(schema?["properties"]?["unit"]?["type"] == .string("string"))
    }

    @Test func `an optional field of an answer may be null`() throws {
        let document = OpenAPIDocument(RegistrationOperations.all, version: "1", openToAll: []).root
        let page = document["paths"]?["/students"]?["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
        let next = try #require(page?["properties"]?["next"])
        #expect(next["anyOf"]?.items.map { $0["type"] } == [.string("string"), .string("null")])
        let asked = document["paths"]?["/students/search"]?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]
        #expect(asked?["properties"]?["school"]?["type"] == .string("string"))
    }

    @Test func `a body with a wrong type or a missing field is refused by name, unknown fields are let be`() throws {
        let schema = Schema.fields(("name", .string), ("rows", .array(.fields(("count", .integer)))), ("note?", .string))
        let refusal = { (text: String) in
            do { try JSONBody.check(Array(text.utf8), against: schema) } catch { return (error as? Refusal)?.message }
            return nil
        }
        #expect(refusal(#"{"name":"a","rows":[{"count":1}],"more":true}"#) == nil)
        #expect(refusal(#"{"name":"a","rows":[{"count":"1"}]}"#)?.contains("rows[0].count") == true)
        #expect(refusal(#"{"rows":[]}"#)?.contains("name") == true)
        #expect(refusal(#"{"name":"a","rows":[],"note":5}"#)?.contains("note") == true)
        #expect(refusal("no")?.contains("JSON") == true)
    }
}
