import ArgumentParser
import Features
import FoundationEssentials
import Glibc
import Logging
import ServiceLifecycle

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "演示：从工作簿到全国学籍号 / thirteen nodes, from workbook to number",
        discussion: """
            在本机起中央、2 省、2 市、3 县、5 校共 13 个节点，导入合成学生，查重、上报、核办、发号，最后打印各级所见。
            例 / example: xueji demo --pupils 1200 --exit --json
            """)

    @Option(help: ArgumentHelp("种子，相同则数据相同 / same seed, same pupils", valueName: "n"))
    var seed = DemoPlan.standardSeed
    @Option(help: ArgumentHelp("各校工作簿的总行数 / rows in all workbooks", valueName: "n"))
    var pupils = DemoPlan.standardPupils
    @Option(help: ArgumentHelp("演示的文件夹，须不存在或为空 / folder, missing or empty", valueName: "dir"))
    var data: String?
    @Flag(help: "途中每个节点各被 kill -9 一次，再启动 / kill -9 every node once on the way")
    var crash = false
    @Flag(help: "结束后停止全部节点并退出 / stop all nodes and leave")
    var exit = false
    @Flag(help: "在标准输出上打印一个 JSON 对象 / print one JSON object")
    var json = false

    func run() async throws {
        let printout = Printout(isJSON: json)
        let status: ExitStatus
        do {
            status = try await perform(printout)
        } catch let failure as DemoFailure {
            if !failure.log.isEmpty { Printout.complain(failure.log) }
            printout.show(failure.verbFailure)
            status = failure.status
        } catch {
            let failure = VerbFailure(error)
            printout.show(failure)
            status = failure.status
        }
        if status != .done { throw ExitCode(status.rawValue) }
    }

    private func perform(_ printout: Printout) async throws -> ExitStatus {
        guard (1...100_000).contains(pupils) else {
            throw DemoFailure("demo.pupils", "人数 \(pupils) 超出范围。", remedy: "--pupils 应为 1 至 100000。", .usage)
        }
        let surroundings = SystemSurroundings.real
        let folder = try DemoFolder.make(data, surroundings)
        let plan = DemoPlan(
            seed: seed, pupils: pupils, folder: folder, executable: try DemoFolder.executable(), today: surroundings.today,
            crashes: crash)
        let narrator = Narrator(isAside: json)
        let run = try DemoRun(plan, lifeline: try LifelinePipe(), narrator: narrator)
        narrator.tell("演示文件夹：\(folder)（保留）")
        let service = DemoService(demo: run, printout: printout, leaves: exit)
        var configuration = ServiceGroupConfiguration(
            services: [.init(
                service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "xueji.demo", factory: { _ in SwiftLogNoOpLogHandler() }))
        configuration.maximumGracefulShutdownDuration = .seconds(60)
        try await ServiceGroup(configuration: configuration).run()
        return service.status.value
    }
}

/// The demo between its beginning and Ctrl-C: whatever happens, its nodes are stopped at its end.
struct DemoService: Service {
    let demo: DemoRun
    let printout: Printout
    /// Leaves when done, instead of staying up.
    let leaves: Bool
    let status = Collected(ExitStatus.refused)

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await perform() }
        } catch is CancellationError {
            demo.narrator.tell("收到结束信号")
        } catch {
            await stop()
            throw error
        }
        await stop()
    }

    private func perform() async throws {
        let (tally, decisions) = try await demo.perform()
        let result = await DemoResult(tally, demo.house, folder: demo.plan.folder, seconds: demo.narrator.seconds)
        let report = DemoReport(tally: tally, decisions: decisions, population: demo.population, house: demo.house, narrator: demo.narrator)
        try await report.tell()
        demo.narrator.say("")
        for difference in result.differences { demo.narrator.say("不一致：" + difference) }
        demo.narrator.tell(
            result.agree
                ? "各级与应有的结果一致：\(result.imported) 名学籍，\(result.G) 个 G 号，\(result.J) 个 J 号，问题学籍 \(result.problems) 名"
                : "各级与应有的结果不一致，共 \(result.differences.count) 处")
        status.change { $0 = result.agree ? .done : .refused }
        try FileBytes.write(try JSONBody.encode(result), to: demo.plan.folder + "/result.json")
        if printout.isJSON { try printout.show(result) }
        guard !leaves else { return }
        await report.tellAddresses()
        demo.narrator.say("\n节点都在运行，按 Ctrl-C 结束。")
        while true {
            try await SystemSurroundings.sleep(1)
            try await demo.house.mustRun()
        }
    }

    private func stop() async {
        let unruly = await demo.house.stop()
        if unruly.isEmpty {
            demo.narrator.tell("全部节点已正常停止，数据在 \(demo.plan.folder)")
        } else {
            demo.narrator.tell("没有正常停止的节点：" + unruly.map(\.text).joined(separator: "、"))
            status.change { $0 = .refused }
        }
    }
}
