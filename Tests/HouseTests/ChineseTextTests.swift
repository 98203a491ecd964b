import Testing

@Suite("The check of Chinese text fails on bad samples and passes good ones")
struct ChineseTextTests {
    private func count(_ line: String, in path: String = "Sources/Features/A.swift") -> Int {
        ChineseText.punctuation(SourceText(path, line)).count
    }

    @Test("Half-width marks beside Chinese characters are found", arguments: [
        "\"没有保存,请重试。\"", "\"原因:\\(reason)\"", "\"班级(待分班)\"", "\"\\(name);请核对\"", "\"学校(\\(code))\"", "\"(共 3 名)\"",
    ])
    func bad(_ line: String) { #expect(count(line) == 1) }

    @Test("Full-width marks, code around literals and what people type pass", arguments: [
        "\"没有保存，请重试。\"", "label(\"姓名\", at: 1)", "\"\\(name)不在本校\"", "\"请写成 主机:端口，例如 127.0.0.1:8080。\"", "/// 姓名,性别",
        "\"列出/ list, all\"",
    ])
    func good(_ line: String) { #expect(count(line) == 0) }

    @Test("Data that others write stays as they wrote it")
    func data() {
        #expect(count("\"211 小学(教学点)\"", in: "Sources/Rules/CodeTables/A.swift") == 0)
        #expect(count("\"没有保存,请重试。\"", in: "Tests/FeaturesTests/A.swift") == 0)
    }
}
