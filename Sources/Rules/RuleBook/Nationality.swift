/// Which entries of 国籍/地区 are China: the template lists Hong Kong, Macau and Taiwan beside 中国.
enum Nationality {
    private static let regions: Set<String> = ["HKG", "MAC", "TWN"]

    static func isChinese(_ code: String) -> Bool { code == "CHN" || regions.contains(code) }
    static func isMainland(_ code: String) -> Bool { code == "CHN" }
}
