import Testing
@testable import Sheets

@Suite struct EscapedTextTests {
    static func decode(_ text: String) -> String {
        var text = text
        return text.withUTF8 { EscapedText.decode($0) }
    }

    @Test("escapes stand for the unit they name, all else for itself", arguments: [
        ("a_x000D_b", "a\rb"), ("_x005F_x000D_", "_x000D_"), ("_x4F60_", "你"), ("_x00", "_x00"), ("_xGGGG_", "_xGGGG_"), ("a_b_x", "a_b_x"), ("", ""),
    ])
    func decode(_ stored: String, _ text: String) { #expect(Self.decode(stored) == text) }

    @Test("what was encoded is decoded to itself", arguments: ["_x000D_", "_x_x0041__x0041_", "_x005F_", "张_伟", "_", "__x0041_"])
    func roundTrip(_ text: String) { #expect(Self.decode(EscapedText.encode(text)) == text) }
}
