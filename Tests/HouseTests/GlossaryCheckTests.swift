import Testing

@Suite("The glossary and the code")
struct GlossaryCheckTests {
    private let glossary = SourceText("docs/glossary.md", """
        # Glossary
        ## In the code
        | 中文 | English | in code |
        |---|---|---|
        | 学籍档案 | dossier | `Dossier` |
        | 全国学籍号 | national student number | `NationalStudentNumber`, `.formal` |
        | 角色 `not this` | role | `Role.head` |
        ## To come
        | 转学 | transfer | `Transfer` |
        """)

    @Test("The words of the first part are read, member by member")
    func words() {
        #expect(GlossaryCheck.words(glossary).map(\.word) == ["Dossier", "NationalStudentNumber", "formal", "Role", "head"])
    }

    @Test("A word that stands only in a comment, a text or a longer word is missing")
    func missing() {
        let code = SourceText("Sources/Rules/A.swift", """
            // Dossier
            let text = "NationalStudentNumber"
            enum Role { case headmaster, formal }
            """)
        #expect(GlossaryCheck.missing(glossary, in: [code]).map(\.line) == [5, 6, 7])
        let whole = SourceText("Sources/Rules/B.swift", "struct Dossier {}; struct NationalStudentNumber {}; let head = 1")
        #expect(GlossaryCheck.missing(glossary, in: [code, whole]).isEmpty)
    }
}
