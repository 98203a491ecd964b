import Glibc

/// Tells what happens, in Chinese, each line with the seconds since the beginning.
struct Narrator: Sendable {
    /// Standard error, where standard output is for a program; else standard output.
    private let isAside: Bool
    private let begin = SystemSurroundings.monotonicSeconds()

    init(isAside: Bool) { self.isAside = isAside }

    var seconds: Double { SystemSurroundings.monotonicSeconds() - begin }

    func tell(_ text: String) {
        let tenths = Int(seconds * 10)
        let time = "\(tenths / 10).\(tenths % 10)"
        say("[" + String(repeating: " ", count: max(0, 5 - time.count)) + time + " 秒] " + text)
    }

    /// A line, or several, without time.
    func say(_ text: String) {
        if isAside {
            Printout.complain(text)
        } else {
            Printout(isJSON: false).line(text)
        }
    }
}
