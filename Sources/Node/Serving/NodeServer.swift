import Features
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import Protocol
import Replication
import ServiceLifecycle
import Store
import Synchronization

/// One serving node: its listeners and background services in one group with one end.
public final class NodeServer: Sendable {
    /// Where a node can be reached, once all listeners stand. The first line of `serve`.
    public struct Ready: Encodable, Sendable, Hashable {
        public let ready: Bool
        public let console: String
        public let api: String
        public let peer: String
        public let pid: Int32
    }

    /// How a node is to be served.
    public struct Plan: Sendable {
        public var folder: String
        public var listen: ListenAddress
        /// How the console is encrypted; nil: by the tree's certificate, and not at all on loopback.
        public var consoleFiles: ConsoleFiles?
        /// Addresses of the machine as others see it, where it does not know them itself: in a container, behind a router.
        public var consoleAddresses: [String] = []
        public var peerListen: ListenAddress
        /// Proxy towards the parent; nil takes `https_proxy`.
        public var proxy: String?
        /// How the centre asks the register of citizens.
        public var adapter: PublicSecurityAdapter
        /// Ends with SIGTERM and SIGINT; off where the test process lives on.
        public var obeysSignals: Bool
        public var surroundings: Surroundings
        public var log: Logger
        /// Kinds of entries to treat as unknown, as an older release does: for tests of two releases side by side.
        public var forgetting: Set<EntryKind> = []
        var consoleDoor = RequestLimits.Door.console
        var peerDoor = RequestLimits.Door.peers
        var ancestorPace = AncestorWatch.Pace()
        /// Seconds without a call after which askers are told that a province is out of reach.
        var provincePatience = LinkBoard.patience

        public init(
            folder: String, listen: ListenAddress, peerListen: ListenAddress, proxy: String? = nil,
            adapter: PublicSecurityAdapter = .localRules, obeysSignals: Bool, surroundings: Surroundings, log: Logger
        ) {
            self.folder = folder
            self.listen = listen
            self.peerListen = peerListen
            self.proxy = proxy
            self.adapter = adapter
            self.obeysSignals = obeysSignals
            self.surroundings = surroundings
            self.log = log
        }

        /// Keeps to what the process may have open.
        mutating func fit(openFiles: Int) {
            consoleDoor = consoleDoor.fitted(files: openFiles, share: 0.125)
            peerDoor = peerDoor.fitted(files: openFiles - OpenFiles.reserve, share: 0.875)
        }
    }

    private let group: ServiceGroup
    private let archive: Archive
    private let plan: Plan
    private let stored = Bell()
    private let news = Bell()
    private let importWaits = Bell()

    /// Opens the store and prepares everything; nothing listens yet.
    /// - Parameter ready: called once, when all listeners stand.
    /// - Throws: `StoreError`.
    public init(_ plan: Plan, ready: @escaping @Sendable (Ready) -> Void) throws {
        let fence = BootFence()
        let archive = try Archive(
            folder: plan.folder, book: Wiring.book(adapter: plan.adapter, isOpen: { fence.isOpen }, forgetting: plan.forgetting),
            surroundings: plan.surroundings, proof: Self.proof(plan.folder))
        guard let unit = try archive.read({ try $0.ownUnit() }) else {
            throw StoreError(.notInitialised, message: "数据文件夹里还没有节点。", remedy: "请先运行 xueji init 或 xueji join。")
        }
        self.plan = plan
        self.archive = archive
        archive.proof.judge(position: try archive.read { try Journal.position(in: $0.database) })
        try archive.write { transaction in
            try transaction.retryAfterStart()
            try Freshness.show(in: transaction)
        }
        // People's calls and what the links carry each have threads of their own: neither waits for the other but at the write gate.
        let workers = Workers(threads: 8)
        let haulers = Workers(threads: 8)
        let turn = BulkTurn()
        let meter = RequestMeter()
        let (stored, news, importWaits) = (stored, news, importWaits)
        let board = LinkBoard()
        let trails = TrailDoor(archive: archive)
        let children = ChildBells()
        let links = try LinkSwitch(archive, news: news, children: children)
        let operations = Routes.all(
            links: { board.links }, controls: { links.controls }, trails: { trails.below }, stored: stored, news: news, importWaits: { importWaits.ring() })
        let dispatcher = Dispatcher(archive: archive, log: plan.log, wrote: { stored.ring() })
        let incoming = plan.folder + "/incoming"
        mkdir(incoming, 0o700)
        let pages = try FixedPages(archive: archive, meter: meter, operations: operations, gauges: { board.gauges })
        let limits = RequestLimits(plan.consoleDoor)
        let peerLimits = (children: RequestLimits(plan.peerDoor), strangers: RequestLimits(.strangers))
        let rosters = (
            socket: ConnectionRoster(plan.consoleDoor), console: ConnectionRoster(plan.consoleDoor), peers: ConnectionRoster(plan.peerDoor))
        let trust = try NodeTrust(archive, unit: unit)
        let consoleTrust = try ConsoleTrust(plan, trust, folder: archive.folder)
        let console = try ConsoleResponder(dispatcher: dispatcher, operations: operations, workers: workers, incoming: incoming, stored: stored)
        let (end, refusedBell) = (Bell(), Bell())
        let ending = Ending(bells: [stored, news, importWaits, refusedBell, end], processOf: plan.obeysSignals ? plan.folder : nil)
        let newsStream = NewsStream(archive: archive, workers: workers, stored: stored, ending: ending)
        func responder(_ door: APIResponder.Door, _ roster: ConnectionRoster) -> APIResponder {
            APIResponder(
                door: door, dispatcher: dispatcher, routes: RouteTable(operations), workers: workers, limits: limits, roster: roster,
                meter: meter, pages: pages, console: console, newsStream: newsStream, incoming: incoming,
                encryption: door == .console ? consoleTrust.map { $0.isOwn ? .ownCertificate : .treeCertificate } : nil)
        }
        let nonce = ParentLink.nonce(plan.surroundings)
        let refusals = RefusalBoard(archive: archive, workers: workers, bell: refusedBell, ending: ending, log: plan.log)
        let outbox = StoreOutbox(archive: archive)
        let inbox = StoreInbox(archive: archive, stored: stored, news: news, turn: turn)
        let room = StoreBlobs(archive: archive)
        let endpoint = ParentEndpoint(
            unit: unit, version: ProgramVersion.text, nonce: nonce, outbox: outbox, inbox: inbox,
            doorkeeper: StoreDoorkeeper(archive: archive, paused: { links.paused }), surroundings: plan.surroundings,
            limits: DeskLimits(callsPerSecond: 500), blobs: room,
            enrolment: NodeAdmission(archive: archive, trust: trust, nonce: nonce, stored: stored).enrolment,
            trails: trails.desk,
            refused: { refusals.note($0, from: $1) })
        fence.attach(endpoint, children: unit == .centre ? try BootFence.children(archive) : [])
        let door = PeerDoor(trust: trust, refusals: refusals)
        let socket = try RunRecord.socketPath(for: plan.folder)
        unlink(socket)
        let opening = Opening(
            plan: plan, scheme: consoleTrust == nil ? "http" : "https", socket: socket, archive: archive, ready: ready)
        let link = try ParentLink(
            archive: archive, trust: trust, console: consoleTrust, outbox: outbox, inbox: inbox, workers: haulers, links: links, news: news, ending: ending,
            room: room, proxy: plan.proxy, log: plan.log)
        board.attach(
            archive: archive, outbox: outbox, endpoint: endpoint, runner: link?.runner, blobs: (room, link?.blobs), links: links, trust: trust)
        links.attach(endpoint: endpoint, runner: link?.runner)
        trails.attach(endpoint, answered: { stored.ring() })
        var services: [any Service] = link.map { [$0] } ?? []
        services += [
            ApplyLoop(archive: archive, workers: haulers, turn: turn, stored: stored, news: news, ending: ending, log: plan.log),
            ImportLoop(archive: archive, workers: workers, waiting: importWaits, stored: stored, ending: ending, log: plan.log),
            CentreDuties(
                archive: archive, fence: fence, endpoint: endpoint, workers: workers, news: news, stored: stored, ending: ending,
                log: plan.log),
            MoveWatch(
                archive: archive, workers: workers, endpoint: endpoint, doorkeeper: StoreDoorkeeper(archive: archive), runner: link?.runner,
                stored: stored, ending: ending, log: plan.log),
            AncestorWatch(
                archive: archive, workers: workers, trust: trust, inbox: inbox, proxy: plan.proxy, pace: plan.ancestorPace,
                redirect: { links.call($0) }, news: news, end: end, ending: ending, log: plan.log),
            BlobSweepLoop(archive: archive, workers: workers, end: end, ending: ending, log: plan.log),
            SuspicionLoop(archive: archive, workers: workers, end: end, ending: ending, log: plan.log),
            InquiryLoop(
                archive: archive, workers: workers, endpoint: endpoint, stored: stored, end: end, ending: ending, log: plan.log, patience: plan.provincePatience),
            FigureLoop(archive: archive, workers: workers, end: end, ending: ending, log: plan.log),
            WorkingSet(end: end, ending: ending),
            BackupLoop(archive: archive, workers: workers, end: end, ending: ending, log: plan.log),
            NodeWatch(
                archive: archive, workers: workers, endpoint: endpoint, runner: link?.runner, end: end, ending: ending, log: plan.log),
            NewsScout(archive: archive, workers: workers, news: news, children: children, ending: ending, log: plan.log),
            RecoveryWatch(
                archive: archive, workers: workers, runner: link?.runner, fence: fence, endpoint: endpoint, stored: stored, ending: ending,
                log: plan.log),
            IdentityLoop(
                adapter: plan.adapter, archive: archive, workers: workers, sender: try HTTPCaller.network(proxy: plan.proxy),
                stored: stored, end: end, ending: ending, log: plan.log),
            Self.listener(
                responder(.localSocket, rosters.socket), .unixDomainSocket(path: socket), plan.consoleDoor, rosters.socket, plan.log
            ) { _ in opening.stands(.socket, 0) },
            Self.listener(
                responder(.console, rosters.console), .hostname(plan.listen.host, port: plan.listen.port), plan.consoleDoor,
                rosters.console, plan.log, server: consoleTrust.map { trust in { ConsoleChannel.server($0, trust, plan.log) } }
            ) { opening.stands(.console, $0) },
            refusals,
            Self.listener(
                PeerResponder(
                    endpoint: endpoint, workers: haulers, children: children, ending: ending, limits: peerLimits.children,
                    strangers: peerLimits.strangers, meter: meter,
                    gate: try PeerGate(archive: archive, root: trust.root, workers: haulers), door: door, roster: rosters.peers,
                    refusals: refusals, surroundings: plan.surroundings, log: plan.log),
                .hostname(plan.peerListen.host, port: plan.peerListen.port), plan.peerDoor, rosters.peers, plan.log,
                server: { PeerChannel.server($0, door) }
            ) { opening.stands(.peer, $0) },
            ending,
        ] as [any Service]
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .ignore) }, gracefulShutdownSignals: plan.obeysSignals ? [.sigterm, .sigint] : [],
            logger: plan.log)
        configuration.maximumGracefulShutdownDuration = .seconds(8)
        group = ServiceGroup(configuration: configuration)
    }

    /// A mark that cannot be kept proves nothing: then the parent is waited for after every start.
    private static func proof(_ folder: String) -> FreshnessProof {
        FreshnessProof(mark: DrawMark(for: folder)?.mark ?? FreshnessProof.Mark(read: { nil }, write: { _ in }))
    }

    /// Serves until told to end.
    public func run() async throws {
        defer {
            RunRecord.remove(from: plan.folder)
            try? archive.close()
        }
        try await group.run()
    }

    /// Ends as SIGTERM does: requests in work are finished, nobody waits any longer.
    public func stop() async { await group.triggerGracefulShutdown() }

    private static func listener(
        _ responder: some HTTPResponder<RequestOrigin>, _ address: BindAddress, _ door: RequestLimits.Door, _ roster: ConnectionRoster,
        _ log: Logger, server: ((HTTP1Channel.Configuration) -> HTTPServerBuilder)? = nil, stands: @escaping @Sendable (Int) -> Void
    ) -> some Service {
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestPace(door.pace, roster)],
            idleTimeout: .seconds(RequestLimits.idleSeconds), httpDecoderConfiguration: .init(
                maxHeaderFieldSize: RequestLimits.headerBytes, maxHeaderListSize: RequestLimits.headerBytes,
                maxHeaderFieldCount: RequestLimits.headerFields))
        return Application(
            responder: responder, server: server.map { $0(http) } ?? .http1(configuration: http),
            configuration: ApplicationConfiguration(
                address: address, serverName: "xueji", availableConnectionsDelegate: .maximum(door.connections, logger: log)),
            onServerRunning: { channel in stands(channel.localAddress?.port ?? 0) }, logger: log)
    }
}

/// Collects the listeners' ports until all stand, then leaves the run record and says so.
private final class Opening: Sendable {
    enum Door: Hashable { case console, peer, socket }

    private let plan: NodeServer.Plan
    private let scheme: String
    private let socket: String
    private let archive: Archive
    private let ready: @Sendable (NodeServer.Ready) -> Void
    private let ports = Mutex<[Door: Int]>([:])

    init(plan: NodeServer.Plan, scheme: String, socket: String, archive: Archive, ready: @escaping @Sendable (NodeServer.Ready) -> Void) {
        self.plan = plan
        self.scheme = scheme
        self.socket = socket
        self.archive = archive
        self.ready = ready
    }

    func stands(_ door: Door, _ port: Int) {
        if door == .socket { chmod(socket, 0o600) }
        let all = ports.withLock { ports in
            ports[door] = port
            return ports
        }
        guard all.count == 3 else { return }
        let console = plan.listen.url(scheme, port: all[.console] ?? 0)
        let peer = plan.peerListen.url("https", port: all[.peer] ?? 0)
        do {
            try archive.write { try $0.setNodeText(HostingOperations.peerAddress, peer) }
            try RunRecord(pid: getpid(), socket: socket, console: console, peer: peer).write(to: plan.folder)
        } catch {
            plan.log.error("run record not written", metadata: ["error": "\(error)"])
        }
        ready(.init(ready: true, console: console, api: console + "/api/v1", peer: peer, pid: getpid()))
    }
}
