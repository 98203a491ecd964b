import ArgumentParser
import Features
import FoundationEssentials
import Logging

struct InitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "建立中央节点，显示一次性管理员密码 / found the centre",
        discussion: "例 / example: xueji init --name 全国中心 --data /srv/centre")

    @Option(help: ArgumentHelp("中央节点的名称 / name of the centre", valueName: "name")) var name: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let result = try Founding.foundCentre(name: name, folder: place.data, surroundings: SystemSurroundings.real)
        try printout.show(result, columns: FoundingColumns.all)
        return .done
    }
}

struct JoinCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "凭邀请码把本机变成一个单位的节点 / turn this machine into a unit's node",
        discussion: "例 / example: xueji join --parent http://127.0.0.1:8081 --code XXXX-XXXX-… --data /srv/school")

    @Option(help: ArgumentHelp("上级节点的地址 / the parent's peer address", valueName: "url")) var parent: String
    @Option(help: ArgumentHelp("上级给出的邀请码 / the one-time code", valueName: "code")) var code: String
    @Option(help: ArgumentHelp("代理，默认取 https_proxy / proxy", valueName: "url")) var proxy: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let result = try await Joining(
            parent: parent, code: code, folder: place.data, proxy: proxy, surroundings: SystemSurroundings.real
        ).join()
        try printout.show(result, columns: FoundingColumns.all)
        return .done
    }
}

private enum FoundingColumns {
    static let all: [Printout.Column] = [("unit", "单位"), ("tier", "层级"), ("admin", "管理员（密码只显示这一次，首次登录须修改）")]
}

struct ServeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "运行节点 / run the node",
        discussion: """
            标准输出的第一行是 JSON:ready、console、api、peer、pid。SIGTERM 正常结束。
            --listen 不是本机回环地址时，控制台只用 HTTPS：默认用体系签发的证书，也可用自备证书。
            例 / example: xueji serve --data /srv/centre --listen 127.0.0.1:0 --peer-listen 127.0.0.1:0
            例 / example: xueji serve --listen 0.0.0.0:8443 --console-certificate /etc/xueji/console.pem
            """)

    @Option(help: ArgumentHelp("控制台与接口的监听地址，端口 0 为任意 / console and API", valueName: "host:port"))
    var listen = "127.0.0.1:8080"
    @Option(name: .customLong("console-certificate"), help: ArgumentHelp(
        "控制台自备的证书链，PEM(XUEJI_CONSOLE_CERTIFICATE) / own certificate chain", valueName: "file"))
    var consoleCertificate = ProcessInfo.processInfo.environment["XUEJI_CONSOLE_CERTIFICATE"] ?? ""
    @Option(name: .customLong("console-key"), help: ArgumentHelp(
        "自备证书的私钥，PEM；不写则与证书同一文件（XUEJI_CONSOLE_KEY） / its key", valueName: "file"))
    var consoleKey = ProcessInfo.processInfo.environment["XUEJI_CONSOLE_KEY"] ?? ""
    @Option(name: .customLong("console-address"), help: ArgumentHelp(
        "别的机器看到的本机地址，写进体系签发的证书，可重复 / the machine's address as others see it", valueName: "ip"))
    var consoleAddress: [String] = []
    @Option(name: .customLong("peer-listen"), help: ArgumentHelp("下级节点连接的监听地址 / for nodes below", valueName: "host:port"))
    var peerListen = "127.0.0.1:8081"
    @Option(help: ArgumentHelp("连接上级所用的代理，默认取 https_proxy / proxy towards the parent", valueName: "url"))
    var proxy: String?
    @Option(name: .customLong("identity-check"), help: ArgumentHelp(
        "公安核验方式：local、files:文件夹 或网址 / public-security check", valueName: "how"))
    var identityCheck = "local"
    @Option(name: .customLong("log-level"), help: ArgumentHelp("日志级别 / log level", valueName: "level"))
    var logLevel = "info"
    @Option(name: .customLong("log-format"), help: ArgumentHelp("text 或 json（每行一个对象） / text or one JSON object a line", valueName: "format"))
    var logFormat = "text"
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        guard let listen = ListenAddress(listen), let peerListen = ListenAddress(peerListen) else {
            throw Refusal("serve.address", "监听地址不对。", remedy: "请写成 主机:端口，例如 127.0.0.1:8080。", kind: .usage)
        }
        guard let adapter = PublicSecurityAdapter(identityCheck) else {
            throw Refusal("serve.identityCheck", "公安核验方式“\(identityCheck)”不对。", remedy: "请写 local、files:文件夹 或 http(s) 网址。", kind: .usage)
        }
        guard ["text", "json"].contains(logFormat), let level = Logger.Level(rawValue: logLevel) else {
            throw Refusal(
                "serve.log", "日志格式或级别不对。", remedy: "--log-format 写 text 或 json;--log-level 写 debug、info、notice、warning 或 error。", kind: .usage)
        }
        let isJSON = logFormat == "json"
        let surroundings = SystemSurroundings.real
        var log = Logger(label: "xueji", factory: { label -> any LogHandler in
            isJSON ? JSONLogHandler(now: surroundings.now, metadataProvider: RequestTrace.metadata)
                : StreamLogHandler.standardError(label: label, metadataProvider: RequestTrace.metadata)
        })
        log.logLevel = level
        var plan = NodeServer.Plan(
            folder: place.data, listen: listen, peerListen: peerListen, proxy: proxy, adapter: adapter, obeysSignals: true,
            surroundings: SystemSurroundings.real, log: log)
        plan.consoleFiles = consoleCertificate.isEmpty
            ? nil : ConsoleFiles(certificate: consoleCertificate, key: consoleKey.isEmpty ? consoleCertificate : consoleKey)
        plan.consoleAddresses = consoleAddress
        plan.fit(openFiles: OpenFiles.raise())
        let server = try NodeServer(plan) { ready in
            if let bytes = try? JSONBody.encode(ready) { printout.line(String(decoding: bytes, as: UTF8.self)) }
        }
        Lifeline.followIfAsked()
        try await server.run()
        return .done
    }
}

struct StatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "节点状态：链路、数量、摘要、告警 / links, counts, digest, alarms",
        discussion: "例 / example: xueji status --data /srv/county --subtree 110101 --json")

    @Option(help: ArgumentHelp("只统计该单位及下属 / counts of this subtree", valueName: "unit")) var subtree: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let answer = try await ask(VerbCall("node.status", ["subtree": subtree])) { answer in
            // Waiting means for a running node that speaks with its parent.
            let state = answer["parent"]?["state"]?.text ?? "none"
            return RunRecord.read(from: place.data) != nil
                && (state == "none" || state.hasPrefix("connected"))
        }
        printout.isJSON ? printout.show(answer) : printout.line(StatusText(answer).text)
        return .done
    }
}
