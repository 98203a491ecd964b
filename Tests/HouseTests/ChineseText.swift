/// What the house asks of the Chinese that people read: full-width punctuation (GB/T 15834), so that the console, the commands and
/// the messages of the rule book speak with one voice.
enum ChineseText {
    /// Data that others write: code tables, names of divisions, sound and shape of characters.
    private static let data = ["Sources/Rules/CodeTables/", "Sources/Rules/Divisions/", "Sources/Rules/Suspicions/CharacterData"]
    /// What people type as it stands.
    private static let typed = ["主机:端口", "主机名:端口", "账号:密码", "files:文件夹", "stream:编号", "编号:截止日", "校区号:起始"]

    private static let after: Set<Character> = [",", ";", ":", "?", "!", "(", ")"]
    private static let before: Set<Character> = [",", ";", "?", "!"]

    static func punctuation(_ file: SourceText) -> [Breach] {
        guard file.isSource, !data.contains(where: file.path.hasPrefix) else { return [] }
        return file.lines.enumerated().compactMap { number, line in
            guard line.contains(where: isHan), !line.drop(while: { $0 == " " }).hasPrefix("//") else { return nil }
            return halfWidth(in: line).map { Breach(file.path, number + 1, "half-width punctuation beside Chinese: \($0)") }
        }
    }

    /// The first half-width mark beside a Chinese character, with its neighbours.
    private static func halfWidth(in line: Substring) -> String? {
        var text = String(line)
        for word in typed where text.contains(word) { text = text.replacing(word, with: "") }
        let characters = Array(text)
        for place in characters.indices.dropLast() {
            let (left, right) = (characters[place], characters[place + 1])
            // An interpolation begins with a backslash and ends before the text goes on.
            let opens = left == "(" && (place == 0 || characters[place - 1] != "\\")
            if isHan(left) && after.contains(right) || isHan(right) && (before.contains(left) || opens) {
                return String(characters[max(0, place - 4)..<min(characters.count, place + 6)])
            }
        }
        return nil
    }

    private static func isHan(_ character: Character) -> Bool {
        character.unicodeScalars.first.map { (0x3400...0x9FFF).contains($0.value) } ?? false
    }
}
