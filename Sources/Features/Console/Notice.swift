/// Messages above a page.
public enum Notice {
    /// What was refused, as templates show it.
    public static func of(_ refusal: Refusal) -> [String: Any] {
        ["refusal": (["message": refusal.message, "remedy": refusal.remedy] as [String: Any]).merging(HelpChapter.link(refusal.question)) { $1 }]
    }

    /// What a finished act says on the page it leads to; the address carries the code alone.
    static func done(_ call: PageCall) -> [String: Any] {
        guard let code = call.parameter("done"), let text = texts[code] else { return [:] }
        return ["done": text]
    }

    private static let texts = [
        "password": "密码已修改。", "saved": "已保存。", "step": "已办理。", "class": "班级已更新。", "policy": "设置已修改，并将下发到所辖单位。",
        "link": "链路已更新。", "place": "已调班。", "late": "已保存。死亡登记已超过期限，请尽快报主管教育行政部门。", "search": "已要求重新查找，请稍后再看。",
    ]
}
