extension CodeTable {
    /// Every table, for the API and the printed book of tables.
    public static let all: [CodeTable] = [
        sex, ethnicity, country, studentIDType, guardianIDType, overseasKind, health, politicalStatus, hukouType,
        entryWay, studyWay, yesNo, leftBehind, transport, studentSource, disability, inclusiveEducation, relation,
        schoolKind, schoolCategory, schoolOwner, urbanRural, classType, schoolingLength,
        changeType, changeReason, studentStatus,
    ]

    /// The kind of 随班就读 that goes with a kind of disability: `vision` → `1`; without disability `0`.
    ///
    /// A disabled pupil of a special school is taught in a class of its own and stays at `0`, so `0` is right for any
    /// disability; any other value must be the paired one. Nil for an unknown code.
    public static func pairedInclusiveEducation(forDisability code: String) -> String? {
        switch code {
        case "none": "0"
        case "vision": "1"
        case "hearing": "2"
        case "intellect": "3"
        case "speech", "limb", "mental", "multiple", "other": "9"
        default: nil
        }
    }
}
