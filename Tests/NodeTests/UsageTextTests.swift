@testable import Node
import Testing

struct UsageTextTests {
    @Test(arguments: [
        ("Missing expected argument '--name <name>'", "缺少参数 --name <name>。"),
        ("Missing value for '--data <dir>'", "选项 --data <dir> 后面缺少值。"),
        ("Unknown option '--dta'. Did you mean '--data'?", "没有选项 --dta。是不是想写 --data？"),
        ("Unexpected argument 'x'", "多余的内容：x。"),
        ("2 unexpected arguments: 'x', 'y'", "多余的内容：x、y。"),
        ("The value 'abc' is invalid for '--wait <seconds>'", "--wait <seconds> 的值“abc”不对。"),
        ("--wait 应为 0 至 86400 秒 / 0 to 86400 seconds", "--wait 应为 0 至 86400 秒 / 0 to 86400 seconds"),
    ])
    func `the parser's complaints are told in Chinese`(english: String, chinese: String) {
        #expect(UsageText.chinese(english) == chinese)
    }

    @Test func `the real parser's complaints are among those known`() {
        for words in [["init"], ["status", "--dta", "x"], ["init", "--name"], ["rules", "x"], ["status", "--wait", "abc"], ["nonsense"]] {
            do {
                _ = try XuejiCommand.parseAsRoot(words)
                Issue.record("\(words) should not parse")
            } catch {
                let message = XuejiCommand.message(for: error)
                #expect(UsageText.chinese(message) != "命令的写法不对。", "\(message)")
                let full = UsageText.full(message, XuejiCommand.fullMessage(for: error))
                #expect(full.hasPrefix("错误 usage："))
                #expect(full.contains("用法："))
            }
        }
    }
}
