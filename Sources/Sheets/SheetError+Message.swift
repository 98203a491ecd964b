extension SheetError: CustomStringConvertible {
    /// Chinese: what is wrong.
    public var message: String {
        switch self {
        case .notFound(let file): "找不到文件“\(file)”"
        case .unreadable(let file, let reason): "无法读取文件“\(file)”：\(reason)"
        case .empty(let file): "文件“\(file)”是空的（0 字节）"
        case .tooLarge(let file, let bytes, let limit):
            "文件“\(file)”有 \(Self.size(bytes))，超过上限 \(Self.size(limit))"
        case .notAWorkbook(let file, let kind): "“\(file)”不是 Excel 工作簿：\(kind.description)"
        case .encrypted(let file): "工作簿“\(file)”已加密或设有打开密码"
        case .truncated(let file): "工作簿“\(file)”不完整或已损坏，可能上传或复制时中断"
        case .damagedPart(let part): "工作簿内的“\(part)”已损坏（校验不符）"
        case .tooManyParts(let count, let limit): "工作簿内有 \(count) 个部件，超过上限 \(limit) 个"
        case .partTooLarge(let part, let limit): "工作簿内的“\(part)”展开后超过上限 \(Self.size(limit))"
        case .zipBomb(let part): "工作簿内的“\(part)”压缩比异常，为安全起见拒绝打开"
        case .missingPart(let part): "工作簿缺少必要的部件“\(part)”"
        case .malformedXML(let part, let line): "工作簿内的“\(part)”第 \(line) 行格式错误"
        case .documentTypeRefused(let part): "工作簿内的“\(part)”含有文档类型或实体声明，为安全起见拒绝打开"
        case .nestedTooDeeply(let part, let limit): "工作簿内的“\(part)”嵌套超过 \(limit) 层，为安全起见拒绝打开"
        case .sharedStringsTooLarge: "工作簿内的文字总量过大"
        case .workbookTooOld(let file): "工作簿“\(file)”是 Excel 95 或更早的格式"
        case .noSheet: "工作簿内没有可见的工作表"
        case .noSuchSheet(let name, let available):
            "工作簿内没有名为“\(name)”的工作表，现有：\(available.joined(separator: "、"))"
        case .tooManyRows(let limit): "工作表超过 \(limit) 行"
        case .tooManyColumns(let reference, let limit): "单元格 \(reference) 超出第 \(limit) 列"
        case .cellTooLong(let reference, let limit): "单元格 \(reference) 的内容超过 \(limit) 个字符"
        case .badReference(let part, let line): "工作簿内的“\(part)”第 \(line) 行的行列号有误"
        case .workbookNotCSV(let file): "“\(file)”是 Excel 工作簿，不是 CSV 文本文件"
        case .badEncoding(let line, let encoding): "第 \(line) 行有不属于 \(encoding.rawValue) 编码的字符"
        case .zeroByte(let line): "第 \(line) 行含有空字节，这不是文本文件"
        case .unclosedQuote(let line): "第 \(line) 行开始的双引号没有结束"
        case .textAfterQuote(let line): "第 \(line) 行的结束双引号之后还有文字"
        case .csvRowTooLong(let line, let limit): "第 \(line) 行开始的记录超过 \(Self.size(limit))"
        case .csvTooManyColumns(let line, let limit): "第 \(line) 行超过 \(limit) 列"
        case .csvTooManyRows(let limit): "文件超过 \(limit) 行"
        case .unwritable(let file, let reason): "无法写入文件“\(file)”：\(reason)"
        case .diskFull(let file): "磁盘空间不足，无法写入文件“\(file)”"
        case .unfitForWorkbook(let reason): "无法生成工作簿：\(reason)"
        }
    }

    /// Chinese: what to do.
    public var remedy: String {
        switch self {
        case .notFound: "请核对文件名和所在目录后重试"
        case .unreadable: "请检查文件是否被其他程序占用、是否有读取权限，然后重试"
        case .empty: "请重新下载模板，填写并保存后再上传"
        case .tooLarge: "请按班级或年级拆成几个文件分别上传，并删除文件中的图片"
        case .notAWorkbook(_, let kind): kind.remedy
        case .encrypted: "请在 Excel 或 WPS 中取消打开密码和文档加密，另存后再上传"
        case .truncated, .damagedPart, .missingPart, .malformedXML, .badReference:
            "请用 Excel 或 WPS 打开原文件，另存为新的“Excel 工作簿（*.xlsx）”后再上传"
        case .tooManyParts, .partTooLarge, .zipBomb, .documentTypeRefused, .nestedTooDeeply:
            "请重新下载模板，把数据按“数值”粘贴进去，保存后再上传"
        case .sharedStringsTooLarge, .tooManyRows, .csvTooManyRows: "请拆成几个文件分别上传"
        case .workbookTooOld: "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再上传"
        case .noSheet: "请把填有数据的工作表取消隐藏，保存后再上传"
        case .noSuchSheet: "请选择现有的工作表，或重新下载模板"
        case .tooManyColumns: "请删除模板以外多余的列后再上传"
        case .cellTooLong: "请缩短该单元格的内容"
        case .workbookNotCSV: "请作为 Excel 工作簿上传，或在 Excel 中另存为“CSV UTF-8”"
        case .badEncoding: "请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”后再试"
        case .zeroByte: "请确认文件是 CSV 文本，重新导出后再试"
        case .unclosedQuote, .textAfterQuote: "请检查该行的双引号是否成对；内容中的双引号要写成两个"
        case .csvRowTooLong: "请检查该行是否缺少换行或结束的双引号"
        case .csvTooManyColumns: "请检查该行是否多出逗号"
        case .unwritable: "请检查目录是否存在、是否有写入权限，然后重试"
        case .diskFull: "请清理磁盘空间后重试"
        case .unfitForWorkbook: "请联系系统管理员"
        }
    }

    public var description: String { "[\(code)] \(message)。\(remedy)" }

    private static func size(_ bytes: Int) -> String {
        if bytes >= 1024 * 1024 * 1024 { return "\(bytes / (1024 * 1024 * 1024)) GB" }
        if bytes >= 1024 * 1024 { return "\(bytes / (1024 * 1024)) MB" }
        return bytes >= 1024 ? "\(bytes / 1024) KB" : "\(bytes) 字节"
    }
}

extension SheetError.Lookalike {
    fileprivate var description: String {
        switch self {
        case .csv: "它是文本（CSV）文件"
        case .html: "它是改了扩展名的网页（HTML）"
        case .xml2003: "它是“XML 表格 2003”"
        case .xlsb: "它是二进制工作簿（*.xlsb）"
        case .openDocument: "它是 OpenDocument 文档（*.ods 等）"
        case .word: "它是 Word 文档"
        case .presentation: "它是演示文稿"
        case .pdf: "它是 PDF 文档"
        case .archive: "它是压缩包"
        case .picture: "它是图片"
        case .unknown: "无法识别的文件"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .csv, .html, .xml2003, .xlsb, .openDocument:
            "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再上传"
        case .archive: "请先解压，再上传其中的工作簿"
        case .word, .presentation, .pdf, .picture, .unknown: "请重新下载 Excel 模板，填写后再上传"
        }
    }
}
