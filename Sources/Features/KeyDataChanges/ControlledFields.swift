import Rules
import Store

/// 受控字段: what province, city and county of a school have put under control, together (Q70). An upper setting is not loosened below.
struct ControlledFields {
    private static let policy = "fields.controlled"

    /// Tiers above the school that have set nothing, lowest first; while there are any, nothing is changed.
    let unset: [UnitCode]
    /// The union with the key fields, in column order.
    let fields: [StudentField]

    init(for school: UnitCode, _ reading: Reading) throws {
        let settings = try PolicyShelf(reading).settings(Self.policy, for: school).filter { !$0.value.isEmpty }
        let owners = PolicyCatalogue.definition(Self.policy)?.owners ?? []
        unset = reading.directory.path(of: school).filter { unit in
            (reading.directory.tier(of: unit).map { owners.contains($0) } ?? false) && !settings.contains { $0.setBy == unit }
        }
        let named = settings.flatMap { $0.value.split(separator: ",") }.compactMap { StudentField.named(String($0)) }
        fields = Set(named + StudentField.key).sorted()
    }

    /// - Throws: `Refusal` that names who has set nothing.
    func mustBeSet(_ directory: UnitDirectory) throws {
        guard !unset.isEmpty else { return }
        let names = unset.map { directory.unit($0)?.name ?? $0.text }.joined(separator: "、")
        throw Refusal(
            "controlled.unset", question: "Q70", "受控字段未设置：\(names)尚未设置受控字段，不能申请关键数据变更。",
            remedy: "请联系上述部门，在“设置”的“受控字段设置”中设定；省、市、县三级都设定后即可申请。")
    }

    /// - Throws: `Refusal` that points to where the other fields are changed.
    func mustHold(_ changed: [StudentField]) throws {
        guard let other = changed.first(where: { !fields.contains($0) }) else { return }
        throw Refusal(
            "controlled.other", question: "Q72", "“\(other.label)”不是受控字段，不在关键数据变更中办理。", remedy: "请在修改学籍信息中直接修改，立即生效。")
    }
}
