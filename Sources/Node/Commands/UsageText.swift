/// The argument parser's own complaints, for people: Chinese first, its English beside it.
enum UsageText {
    /// What each complaint begins and ends with, and its Chinese; the quoted words of the complaint fill the places.
    private static let phrases: [(begin: String, chinese: @Sendable ([String]) -> String)] = [
        ("Missing expected argument", { "缺少参数 \($0.joined(separator: "、"))。" }),
        ("Missing one of", { "须写以下之一：\($0.joined(separator: "、"))。" }),
        ("Missing value for", { "选项 \($0.first ?? "") 后面缺少值。" }),
        ("Unknown option", { words in
            "没有选项 \(words.first ?? "")。" + (words.count > 1 ? "是不是想写 \(words[1])？" : "")
        }),
        ("Unexpected argument", { "多余的内容：\($0.joined(separator: "、"))。" }),
        ("The value", { words in
            let choices = words.dropFirst(2)
            return "\(words.dropFirst().first ?? "参数") 的值“\(words.first ?? "")”不对。"
                + (choices.isEmpty ? "" : "可写：\(choices.joined(separator: "、"))。")
        }),
        ("Value to be set with", { "选项重复或互相矛盾：\($0.joined(separator: "、"))。" }),
    ]

    /// One line of Chinese for a complaint; complaints of our own are Chinese already.
    static func chinese(_ message: String) -> String {
        if message.contains(where: { $0.unicodeScalars.contains { $0.value >= 0x4E00 && $0.value <= 0x9FFF } }) { return message }
        if let phrase = phrases.first(where: { message.hasPrefix($0.begin) }) { return phrase.chinese(quoted(message)) }
        if message.contains("unexpected argument") { return "多余的内容：\(quoted(message).joined(separator: "、"))。" }
        return "命令的写法不对。"
    }

    /// All that is printed: the Chinese, the parser's words, how the command is written, where to read on.
    /// - Parameter full: what the parser would print.
    static func full(_ message: String, _ full: String) -> String {
        var lines = ["错误 usage：\(chinese(message))"]
        let english = full.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        for line in english {
            if line.hasPrefix("Usage:") {
                lines.append("  用法：" + line.dropFirst("Usage:".count).drop { $0 == " " })
            } else if line.contains("See '"), let command = quoted(line).first {
                lines.append("  详见 \(command)")
            } else {
                lines.append("  " + line)
            }
        }
        return lines.joined(separator: "\n")
    }

    /// The words between single quotes.
    private static func quoted(_ text: String) -> [String] {
        text.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
