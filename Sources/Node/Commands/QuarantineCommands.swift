import ArgumentParser
import Features

struct VerifyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "核验全部数据：链、签名、哈希，并由日志重建后比对 / prove the journal, rebuild and compare",
        discussion: """
            节点运行或停止均可；需要与数据文件同样大小的空闲磁盘。有问题时结束状态为 1。
            例 / example: xueji verify --data /srv/county --json
            """)

    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let answer = try await ask(VerbCall("node.verify"))
        printout.show(answer, columns: [
            ("streams", "数据流"), ("envelopes", "批数"), ("entries", "条数"), ("signatures", "有效签名"), ("blobs", "附件"), ("problems", "问题"),
            ("code", "代码"), ("subject", "位置"), ("sequence", "批"), ("text", "说明"), ("digest", "摘要"), ("rebuiltDigest", "重建后的摘要"),
        ])
        return answer["problems"]?.items.isEmpty == false || answer["digest"] != answer["rebuiltDigest"] ? .refused : .done
    }
}

private enum QuarantineColumns {
    static let all: [Printout.Column] = [
        ("quarantine", "隔离"), ("entry", "编号"), ("at", "时间"), ("unit", "单位"), ("incarnation", "化身"), ("audience", "去向"),
        ("sequence", "批"), ("kind", "类别"), ("bytes", "字节"), ("act", "业务编号"), ("dossier", "学籍档案"), ("error", "原因"),
        ("waiting", "等待它的"), ("givenUp", "已放弃"), ("reason", "理由"), ("writer", "原单位"), ("outcome", "结果"),
    ]
}

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "处理失败而被隔离的记录 / entries that our own handler failed on",
        subcommands: [List.self, Show.self, Retry.self, Drop.self], defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "列出 / list them")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("quarantine.list")), columns: QuarantineColumns.all)
            return .done
        }
    }

    struct Show: Verb {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "查看一条 / one of them")

        @Argument(help: ArgumentHelp("编号 / position.slot", valueName: "entry")) var entry: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("quarantine.show", ["entry": entry])), columns: QuarantineColumns.all)
            return .done
        }
    }

    struct Retry: Verb {
        static let configuration = CommandConfiguration(
            commandName: "retry", abstract: "再处理一次，例如升级以后 / run the handler again")

        @Argument(help: ArgumentHelp("编号 / position.slot", valueName: "entry")) var entry: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let answer = try await ask(VerbCall("quarantine.retry", ["entry": entry]))
            printout.show(answer, columns: QuarantineColumns.all)
            return answer["outcome"]?.text == "quarantined" ? .refused : .done
        }
    }

    struct Drop: Verb {
        static let configuration = CommandConfiguration(
            commandName: "drop", abstract: "在本节点放弃一条，须写明理由，上级可见 / give one up on this node",
            discussion: "例 / example: xueji quarantine drop 1024.0 --reason 上级已更正 --data /srv/county")

        @Argument(help: ArgumentHelp("编号 / position.slot", valueName: "entry")) var entry: String
        @Option(help: ArgumentHelp("理由 / why", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let body = JSONValue.object(["reason": .string(reason)])
            printout.show(try await ask(VerbCall("quarantine.drop", ["entry": entry], body: body)), columns: QuarantineColumns.all)
            return .done
        }
    }
}
