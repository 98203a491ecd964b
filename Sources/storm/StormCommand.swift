import ArgumentParser
import Crowd
import FoundationEssentials
import Node
import Protocol
import Replication
import Rules

/// 返校高峰:一大批下级节点同时回来。
@main
struct StormCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm", abstract: "A crowd of children returns to one parent 大批下级同时回连",
        subcommands: [EnrolCommand.self, ReturnCommand.self])
}

/// Where the parent under test lives.
struct ParentOptions: ParsableArguments {
    @Option(help: "Folder of the parent's node, which is being served on this machine.") var data: String
    @Option(help: "File of the members.") var members: String

    func place() throws -> ServedPlace { try ServedPlace(folder: data) }
}

struct EnrolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enrol", abstract: "Enrol members at the parent 登记")

    @OptionGroup var parent: ParentOptions
    @Option(help: "First unit's code; the next ones count on.") var first: Int
    @Option(help: "How many.") var count = 5000
    @Option(help: "At the same time.") var connections = 16

    func run() async throws {
        let place = try parent.place()
        let enrolment = try Enrolment(
            local: try HTTPCaller(HTTPSettings(unixSocket: place.socket)), address: try PeerAddress(place.peer),
            surroundings: SystemSurroundings.real)
        var members: [Member] = []
        try await withThrowingTaskGroup(of: Member.self) { group in
            var next = first
            while next < first + count || !group.isEmpty {
                while next < first + count, next - first - members.count < connections {
                    let unit = UnitCode(String(next))
                    group.addTask { try await enrolment.enrol(unit) }
                    next += 1
                }
                if let member = try await group.next() { members.append(member) }
            }
        }
        try MemberFile(path: parent.members).write(members.sorted { $0.code < $1.code })
        print("enrolled \(members.count)")
    }
}

struct ReturnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "return", abstract: "Let them come back 回连")

    @OptionGroup var parent: ParentOptions
    @Option(help: "Requests under way at a time.") var connections = 200
    @Option(help: "Seconds within which they come back.") var window = 120.0
    @Option(help: "Seconds after which one without an answer has starved.") var patience = 600.0
    @Option(help: "Pupils that each brings.") var pupils = 3
    @Option(help: "Only so many of the members.") var count: Int?

    func run() async throws {
        let place = try parent.place()
        let members = Array(try MemberFile(path: parent.members).read().prefix(count ?? .max))
        let surroundings = SystemSurroundings.real
        let before = ProcessFigures(pid: place.pid)
        let crowd = Return(
            to: try PeerAddress(place.peer), members: members,
            plan: .init(connections: connections, window: window, patience: patience, pupils: pupils),
            clock: LinkClock(
                now: SystemSurroundings.monotonicSeconds, epoch: surroundings.now, sleep: SystemSurroundings.sleep,
                chance: SystemSurroundings.chance),
            surroundings: surroundings)
        let report = try await crowd.run()
        // Another process when the parent was killed meanwhile.
        let last = try parent.place().pid
        let after = ProcessFigures(pid: last)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
        print("parent: \(after.peakMegabytes) MB resident at most, \(after.cpuSeconds - (last == place.pid ? before.cpuSeconds : 0)) s of processor time")
        if report.starved > 0 { throw ExitCode(1) }
    }
}
