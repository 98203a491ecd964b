import FoundationEssentials

/// What a served node has left in its folder: where it listens and which process it is.
struct ServedPlace: Decodable {
    let pid: Int32
    let socket: String
    let peer: String

    init(folder: String) throws {
        self = try JSONDecoder().decode(ServedPlace.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/run.json")))
    }
}

/// Memory and processor time of a process, as the kernel tells.
struct ProcessFigures {
    let peakMegabytes: Int
    let cpuSeconds: Double

    init(pid: Int32) {
        func text(_ name: String) -> String {
            (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(name)"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        let peak = text("status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        peakMegabytes = (peak?.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1024
        // After the name in parentheses: user and system time are the 12th and 13th fields, in hundredths of a second.
        let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
        cpuSeconds = fields.count > 12 ? ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / 100 : 0
    }
}
