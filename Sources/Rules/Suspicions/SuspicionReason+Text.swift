extension SuspicionReason {
    /// The registrar's words for field and level: `姓名：读音相同`.
    public var text: String { field.chineseName + "：" + (Self.levels[level] ?? Self.places[level] ?? level) }

    private static let levels = [
        "equal": "相同", "sound": "读音相同", "shape": "字形或读音相近", "swapped": "前后颠倒", "dropped": "多一字或少一字", "surname": "姓不同、名相同",
        "near": "相近", "edit": "差一两个字", "partly": "部分相同", "surnameOnly": "同姓", "different": "不同", "year": "差一年", "month": "差一个月",
        "day": "差一天", "digit": "差一位数字", "transposed": "相邻数字颠倒", "partial": "年月日中两项相同", "sequence": "仅顺序码差一位", "far": "不同",
        "oneWithout": "一方无身份证号", "bothWithout": "双方无身份证号", "sameDocument": "其他证件号码相同",
    ]

    private static let places = [
        "sameNumber": "证件号码相同", "nearNumber": "姓名相同、证件号码相近", "sameName": "姓名相同", "sameNameOtherNumber": "姓名相同、证件号码不同",
        "half": "一处相同", "province": "同省", "neighbouring": "相差一年", "same": "同校", "county": "同县",
    ]
}
