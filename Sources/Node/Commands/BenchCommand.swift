import ArgumentParser
import Bench
import Features
import FoundationEssentials
import Glibc

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "测速：与参照程序在同一时段对比 / measured side by side",
        discussion: """
            不写名称则列出全部。参照程序由 deploy/bench_prepare 安装；没有参照程序时只测本程序（docs/performance.md）。
            例 / example: xueji bench store-gate --json
            """)

    @Argument(help: ArgumentHelp("名称或 all / name, or all", valueName: "name")) var name: String?
    @Option(help: ArgumentHelp("数据行数，默认见列表 / rows instead of the benchmark's own", valueName: "n")) var rows: Int?
    @Option(help: ArgumentHelp("测量次数，取中位数 / measured runs", valueName: "n")) var runs = 5
    @Option(help: ArgumentHelp("种子，相同则数据相同 / same seed, same data", valueName: "n")) var seed: UInt64 = 20_260_901
    @Option(help: ArgumentHelp("参照程序的文件夹（XUEJI_BENCH） / folder of the references", valueName: "dir")) var references: String?
    @Option(help: ArgumentHelp("保留建库结果的文件夹，下次直接使用（search-million） / folder where a store that takes long to make is kept", valueName: "dir")) var keep: String?
    @Flag(help: "在标准输出上打印一个 JSON 对象 / print one JSON object") var json = false

    func validate() throws {
        if let rows, rows < 1 { throw ValidationError("--rows 应不小于 1") }
        if !(1...1000).contains(runs) { throw ValidationError("--runs 应为 1 至 1000") }
        if let name, BenchmarkList.named(name).isEmpty { throw ValidationError("没有名为“\(name)”的测速项目") }
    }

    private struct Report: Encodable { let figures: [Figure] }
    private struct Item: Encodable {
        let name, about: String
        let rows: Int
    }
    private struct Offer: Encodable { let benchmarks: [Item] }

    func run() async throws {
        let printout = Printout(isJSON: json)
        guard let name else {
            try printout.show(
                Offer(benchmarks: BenchmarkList.all.map { Item(name: $0.name, about: $0.about, rows: $0.rows) }),
                columns: [("benchmarks", "测速项目"), ("name", "名称"), ("rows", "行数"), ("about", "内容")])
            return
        }
        var figures: [Figure] = []
        do {
            for benchmark in BenchmarkList.named(name) { figures += try await measure(benchmark) }
        } catch {
            let failure = VerbFailure(error)
            printout.show(failure)
            throw ExitCode(failure.status.rawValue)
        }
        try printout.show(Report(figures: figures), columns: [
            ("figures", "测速"), ("id", "项目"), ("value", "中位数"), ("unit", "单位"), ("reference", "参照"), ("reference_value", "参照值"),
            ("ratio", "比值"), ("goal", "目标"), ("met", "达到"), ("rows", "行数"), ("correct", "结果正确"),
        ])
        if !figures.allSatisfy(\.correct) { throw ExitCode(ExitStatus.refused.rawValue) }
    }

    private func measure(_ benchmark: any Benchmark) async throws -> [Figure] {
        let folder = FileManager.default.temporaryDirectory.path + "/xueji-bench-\(getpid())"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let place = Workplace(
            folder: folder, executable: try DemoFolder.executable(), seed: seed, runs: runs,
            references: ReferencePrograms(folder: references ?? ReferencePrograms.usual),
            keep: keep, seconds: { SystemSurroundings.monotonicSeconds() }, sleep: SystemSurroundings.sleep, chance: SystemSurroundings.chance, book: { Wiring.book() }, tell: Printout.complain)
        return try await benchmark.figures(rows: rows ?? benchmark.rows, at: place)
    }
}
