import Testing

@Suite("Checks of documents fail on bad samples and pass good ones")
struct DocumentHabitsTests {
    @Test("A README of 151 lines is too long")
    func readme() {
        #expect(DocumentHabits.readmeLength(SourceText("README.md", String(repeating: "\n", count: 150))).count == 1)
        #expect(DocumentHabits.readmeLength(SourceText("README.md", String(repeating: "\n", count: 149))).isEmpty)
    }

    @Test("A link to a file that is not there is found, whatever folder it starts from")
    func links() {
        let paths: Set<String> = ["README.md", "docs/api.md", "docs/decisions/0001-a.md"]
        func count(_ text: String, from path: String) -> Int { DocumentHabits.links(SourceText(path, text), paths: paths).count }
        #expect(count("[a](docs/gone.md) and [b](docs/api.md)", from: "README.md") == 1)
        #expect(count("[a](api.md)", from: "README.md") == 1)
        #expect(count("[a](../README.md) [b](decisions) [c](decisions/0001-a.md#context) [d](#here)", from: "docs/api.md") == 0)
        #expect(count("[a](https://www.swift.org/install/) array[0] (b)", from: "README.md") == 0)
    }

    @Test("A decision lacks no part and no number is skipped")
    func decisions() {
        let whole = "# A\n## Context\n## Decision\n## Rejected\n## Consequences\n"
        let first = SourceText("docs/decisions/0001-a.md", whole)
        #expect(DocumentHabits.decisions([first, SourceText("docs/decisions/0002-b.md", whole)]).isEmpty)
        #expect(DocumentHabits.decisions([first, SourceText("docs/decisions/0003-b.md", whole)]).count == 1)
        #expect(DocumentHabits.decisions([SourceText("docs/decisions/0001-a.md", "# A\n## Context\n")]).count == 3)
        #expect(DocumentHabits.decisions([SourceText("docs/decisions/0001-a.md", whole + String(repeating: "\n", count: 90))]).count == 1)
    }

    @Test("A script that goes on after a failure is found")
    func scripts() {
        #expect(DocumentHabits.scripts(SourceText("deploy/a", "#!/usr/bin/env bash\nset -e\n")).count == 1)
        #expect(DocumentHabits.scripts(SourceText("deploy/a", "#!/usr/bin/env bash\n# set -euo pipefail\n")).count == 1)
        #expect(DocumentHabits.scripts(SourceText("deploy/a", "#!/usr/bin/env bash\nset -euo pipefail\n")).isEmpty)
    }
}
