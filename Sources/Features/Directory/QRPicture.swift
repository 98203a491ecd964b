import CQrencode

/// A text as a QR code, for a telephone or a scanner to carry it to another machine.
enum QRPicture {
    /// Modules around the code that stay empty, as the standard asks.
    private static let margin = 4

    /// SVG that scales; with less redundancy from some 2,300 bytes on, nil for more than 2,953.
    /// - Parameter label: Chinese, for those who do not see it.
    static func svg(_ text: String, label: String) -> String? {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) ?? QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L) else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard width > 0, let modules = code.pointee.data else { return nil }
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                // The lowest bit says whether a module is dark.
                let start = column
                while column < width, modules[row * width + column] & 1 == 1 { column += 1 }
                if column > start { path += "M\(start + margin) \(row + margin)h\(column - start)v1h-\(column - start)z" }
                column += 1
            }
        }
        let size = width + 2 * margin
        return """
            <svg class="qr" viewBox="0 0 \(size) \(size)" width="240" height="240" role="img" aria-label="\(label)" shape-rendering="crispEdges">\
            <path d="\(path)"/></svg>
            """
    }
}
