import ArgumentParser
import Features

struct UnitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "units", abstract: "机构 / units", subcommands: [Import.self, List.self, Move.self, Merge.self, Mergers.self], defaultSubcommand: List.self)

    struct Import: Verb {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "导入机构库 CSV（中央或省） / take in the institution feed",
            discussion: """
                列 / columns: code,name,tier,competent,territorial,kind,stages,years,owner,urban
                例 / example: xueji units import 机构.csv --data /srv/centre
                """)

        @Argument(help: ArgumentHelp("机构 CSV 文件", valueName: "csv")) var file: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            try FileBytes.mustExist(file)
            let answer = try await ask(VerbCall("units.import", file: (file, FileName.last(file))))
            printout.show(answer, columns: [
                ("added", "新增"), ("changed", "变更"), ("unchanged", "不变"), ("refused", "拒收"), ("line", "行"), ("code", "代码"),
                ("message", "原因"),
            ])
            return answer["refused"]?.items.isEmpty == false ? .refused : .done
        }
    }

    struct Move: Verb {
        static let configuration = CommandConfiguration(
            commandName: "move", abstract: "把学校划转给别的主管部门（由新旧主管部门最近的共同上级办理）/ give a school to another authority",
            discussion: """
                学校自己的节点会自动改连新的上级；托管的学校请随后在新主管部门的节点上运行 host。
                例 / example: xueji units move 2144000001 --to 440105 --data /srv/city
                """)

        @Argument(help: ArgumentHelp("学校标识码 / school", valueName: "school")) var school: String
        @Option(help: ArgumentHelp("新的主管部门 / new authority", valueName: "unit")) var to: String
        @Option(help: ArgumentHelp("新的属地部门，不写则不变 / territorial authority", valueName: "unit")) var territorial: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            var body: [String: JSONValue] = ["to": .string(to)]
            if let territorial { body["territorial"] = .string(territorial) }
            let answer = try await ask(VerbCall("units.move", ["unit": school], body: .object(body)))
            printout.show(answer, columns: [
                ("unit", "学校"), ("from", "原主管"), ("to", "新主管"), ("version", "机构版本"), ("address", "新上级地址"), ("pens", "随之移交的待办"),
            ])
            return .done
        }
    }

    struct Merge: Verb {
        static let configuration = CommandConfiguration(
            commandName: "merge", abstract: "撤销一所学校，学生调档到另一所（由两校最近的共同上级办理）/ close a school, its pupils go to another",
            discussion: """
                有在办业务的学校不能合并，会列出学籍档案和当前处理单位。调档由本节点自动办理，用 units mergers 查看进度。
                例 / example: xueji units merge 2144000002 --into 2144000001 --data /srv/county
                """)

        @Argument(help: ArgumentHelp("被合并的学校 / school to be closed", valueName: "school")) var source: String
        @Option(help: ArgumentHelp("接收学校 / receiving school", valueName: "school")) var into: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let answer = try await ask(VerbCall("units.merge", ["unit": source], body: .object(["into": .string(into)])))
            printout.show(answer, columns: [
                ("source", "撤销的学校"), ("target", "接收学校"), ("version", "机构版本"), ("handOvers", "待调档"),
            ])
            return .done
        }
    }

    struct Mergers: Verb {
        static let configuration = CommandConfiguration(
            commandName: "mergers", abstract: "学校合并的进度 / closed schools and what is left to hand over")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("units.mergers")), columns: [
                ("mergers", "学校合并"), ("source", "撤销的学校"), ("target", "接收学校"), ("by", "办理部门"), ("at", "时间"), ("waiting", "待调档"),
                ("openCases", "在办业务"),
            ])
            return .done
        }
    }

    struct List: Verb {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "本单位、上级和直接下级 / the unit, those above and directly below")

        @Option(help: ArgumentHelp("列出该单位的直接下级 / units directly below this one", valueName: "unit")) var under: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("units.list", ["under": under])), columns: [
                ("units", "单位"), ("code", "代码"), ("name", "名称"), ("tier", "层级"), ("competent", "主管"), ("node", "所在节点"),
            ])
            return .done
        }
    }
}

struct InviteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "给直接下级开出一次性邀请码 / one-time code for a unit directly below",
        discussion: "例 / example: xueji invite 110000 --data /srv/centre")

    @Argument(help: ArgumentHelp("单位代码", valueName: "unit")) var target: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("units.invite", ["unit": target])), columns: HostingColumns.all)
        return .done
    }
}

struct HostCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "在本节点托管没有服务器的下级单位 / host a unit without a server",
        discussion: "例 / example: xueji host 3111000001 --data /srv/county")

    @Argument(help: ArgumentHelp("单位代码", valueName: "unit")) var target: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("units.host", ["unit": target])), columns: HostingColumns.all)
        return .done
    }
}

struct UnhostCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "unhost", abstract: "结束托管 / end hosting",
        discussion: "例 / example: xueji unhost 3111000001 --data /srv/county")

    @Argument(help: ArgumentHelp("单位代码", valueName: "unit")) var target: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("units.unhost", ["unit": target])), columns: HostingColumns.all)
        return .done
    }
}

private enum HostingColumns {
    static let all: [Printout.Column] = [
        ("unit", "单位"), ("code", "邀请码（72 小时内一次有效）"), ("expires", "有效期至"), ("parent", "上级地址"), ("node", "所在节点"),
        ("admin", "管理员（密码只显示这一次，首次登录须修改）"),
    ]
}
