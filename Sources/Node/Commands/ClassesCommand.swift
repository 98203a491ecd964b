import ArgumentParser
import Features

struct ClassesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classes", abstract: "班级 / classes", subcommands: [Add.self, List.self, Place.self, Roster.self], defaultSubcommand: List.self)

    struct Add: Verb {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "按数量生成班号 / generate classes",
            discussion: "例 / example: xueji classes add --stage primary --year 2026 --count 4 --data /srv/school")

        @Option(help: ArgumentHelp("primary、junior、senior（小学、初中、高中）", valueName: "stage")) var stage: String
        @Option(help: ArgumentHelp("入学年份 / year of entry", valueName: "year")) var year: Int
        @Option(help: ArgumentHelp("班数 / how many", valueName: "count")) var count: Int
        @Option(help: ArgumentHelp("校区号，主校区 0 / campus", valueName: "campus")) var campus: Int?
        @Flag(help: "附设班 / attached classes") var attached = false
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            var body: [String: JSONValue] = [
                "stage": .string(stage), "year": .integer(Int64(year)), "count": .integer(Int64(count)),
                "attached": .boolean(attached),
            ]
            if let campus { body["campus"] = .integer(Int64(campus)) }
            printout.show(try await ask(VerbCall("classes.add", body: .object(body))), columns: [("classes", "班号")])
            return .done
        }
    }

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "本校班级 / classes of the school")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("classes.list")), columns: [("classes", "班号")])
            return .done
        }
    }

    struct Place: Verb {
        static let configuration = CommandConfiguration(
            commandName: "place", abstract: "学生调班，同一年级之内 / place pupils in a class of their cohort",
            discussion: "例 / example: xueji classes place 2026102 DOSSIER… --data /srv/school")

        @Argument(help: ArgumentHelp("调入的班号 / class code", valueName: "class")) var code: String
        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossiers: [String]
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            try await StepRun(place: place, dossiers: dossiers) { left in
                VerbCall("classes.place", ["code": code], body: .object(["dossiers": .array(left.map { .string($0) })]))
            }.perform(printout)
        }
    }

    struct Roster: Verb {
        static let configuration = CommandConfiguration(
            commandName: "roster", abstract: "花名册 / the pupils of a class",
            discussion: "例 / example: xueji classes roster 2026101 --out 花名册.xlsx --data /srv/school")

        @Argument(help: ArgumentHelp("班号 / class code", valueName: "class")) var code: String
        @Option(help: ArgumentHelp("学校标识码；主管部门查看所辖学校时填写 / school code", valueName: "code")) var school: String?
        @Option(help: ArgumentHelp("写成工作簿 / write a workbook", valueName: "file")) var out: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let asked: [String: String?] = ["class": code, "school": school]
            guard let out else {
                printout.show(try await ask(VerbCall("students.roster", asked)), columns: [
                    ("school", "学校"), ("class", "班号"), ("pupils", "学生"), ("numberInClass", "班内学号"), ("name", "姓名"), ("sex", "性别"),
                    ("birthDate", "出生日期"), ("number", "学籍号"), ("state", "状态"), ("dossier", "档案"),
                ])
                return .done
            }
            let bytes = try await NodeCaller(place).raw(VerbCall("students.roster.workbook", asked))
            try FileBytes.write(bytes, to: out)
            printout.show(.object(["file": .string(out), "bytes": .integer(Int64(bytes.count))]), columns: [("file", "文件"), ("bytes", "字节")])
            return .done
        }
    }
}
