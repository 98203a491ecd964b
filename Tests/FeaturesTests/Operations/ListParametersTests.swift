@testable import Features
import Protocol
import Rules
import Testing

@Suite struct ListParametersTests {
    private func code(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? Refusal)?.code }
        return nil
    }

    @Test(arguments: ["0", "-1", "x", "1001", "", "1.5"]) func `a number of lines that cannot be is refused, and not taken for a hundred`(_ text: String) {
        #expect(code { _ = try ListParameters(["limit": text]) } == "limit")
    }

    @Test func `what is not said is a hundred from the beginning, whoever has them`() throws {
        let none = try ListParameters([:])
        #expect(none.limit == 100 && none.after == nil)
        #expect(try ListParameters.holder([:], of: "440106") == nil)
        let id = DossierID(hex: "0123456789abcdef0123456789abcdef")
        let asked = try ListParameters(["limit": "7", "after": "0123456789abcdef0123456789abcdef"])
        #expect(id != nil && asked.limit == 7 && asked.after == id)
        #expect(try ListParameters.holder(["holder": "self"], of: "440106") == "440106")
    }

    @Test func `a place or a holder that nobody knows is refused`() {
        #expect(code { _ = try ListParameters(["after": "zz"]) } == "after")
        #expect(code { _ = try ListParameters.holder(["holder": "xx"], of: "440106") } == "holder")
    }
}
