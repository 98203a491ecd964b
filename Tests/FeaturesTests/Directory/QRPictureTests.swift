@testable import Features
import Testing

struct QRPictureTests {
    @Test func `a command becomes a square picture with a name, and another command another one`() throws {
        let text = "xueji join --parent https://10.1.2.3:8081 --code 0123456789ABCDEFGHJKMNPQRSTVWXYZ01234567"
        let picture = try #require(QRPicture.svg(text, label: "入网命令的二维码"))
        #expect(picture.hasPrefix("<svg class=\"qr\"") && picture.contains("role=\"img\" aria-label=\"入网命令的二维码\""))
        // Three finder patterns: seven dark modules in their first row, at both ends of the code's first row.
        let size = try #require(picture.split(separator: "\"").first { $0.hasPrefix("0 0 ") }.flatMap { Int($0.split(separator: " ")[2]) })
        #expect(picture.contains("M4 4h7v1h-7z") && picture.contains("M\(size - 11) 4h7v1h-7z") && picture.contains("M4 \(size - 5)h7v1h-7z"))
        #expect(QRPicture.svg(text + "8", label: "入网命令的二维码") != picture)
    }

    @Test func `what is too long has no picture`() {
        #expect(QRPicture.svg(String(repeating: "x", count: 4000), label: "") == nil)
    }
}
