@testable import Features
import Mustache
import Rules
import Testing

struct ConsolePagesTests {
    @Test func `all templates parse`() throws {
        #expect(try ConsolePages.library().render(["title": "题目"] as [String: Any], withTemplate: "problem")?.contains("题目") == true)
    }

    @Test func `ids are unique, and no address is claimed twice`() {
        #expect(Set(ConsolePages.all.map(\.id)).count == ConsolePages.all.count)
        #expect(Set(ConsolePages.all.map { $0.method.rawValue + $0.path }).count == ConsolePages.all.count)
    }

    @Test func `what comes from people is escaped`() throws {
        let html = try ConsolePages.library().render(
            ["refusal": ["message": "<b>甲</b>", "remedy": "", "question": ""] as [String: Any]] as [String: Any], withTemplate: "problem")
        #expect(html?.contains("&lt;b&gt;甲") == true && html?.contains("<b>甲") == false)
    }

    @Test func `every field of every form has a label`() throws {
        for (name, text) in ConsolePages.texts {
            for tag in ["<input ", "<select ", "<textarea "] {
                for piece in text.components(separatedBy: tag).dropFirst() {
                    let attributes = String(piece.prefix { $0 != ">" })
                    if attributes.contains("type=\"hidden\"") || attributes.contains("aria-label") || attributes.contains("checkbox") { continue }
                    let id = try #require(attributes.range(of: "id=\""), "\(name): \(attributes)")
                    let value = attributes[id.upperBound...].prefix { $0 != "\"" }
                    #expect(text.contains("for=\"\(value)\""), "\(name): \(value)")
                }
            }
        }
    }
}
