@testable import Rules

/// A few divisions, so that a rule's test does not hang on the built-in table.
struct TestDivisions: DivisionLookup {
    private let current = [
        "430000": "湖南省", "430100": "长沙市", "430104": "岳麓区", "430121": "长沙县", "441900": "东莞市", "110101": "东城区",
    ]
    private let former: Set<String> = ["430122"]

    func currentName(_ code: String) -> String? { current[code] }
    func everExisted(_ code: String) -> Bool { current[code] != nil || former.contains(code) }
}
