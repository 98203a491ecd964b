"""Pupils for the browser: workbooks with the columns of the blank template."""
import html
import re
import zipfile

CONSTANT = {
    "国籍/地区": "中国", "身份证件类型": "居民身份证", "港澳台侨外": "否", "健康状况": "健康或良好", "政治面貌": "群众", "民族": "汉族",
    "户口性质": "非农业户口", "入学方式": "就近入学", "就读方式": "走读", "是否独生子女": "是", "是否受过学前教育": "是", "是否留守儿童": "非留守儿童",
    "是否需要申请资助": "否", "是否享受一补": "否", "是否孤儿": "否", "是否烈士或优抚子女": "否", "上下学距离": "2.0", "上下学方式": "步行",
    "是否需要乘坐校车": "否", "是否由政府购买学位": "否", "残疾类型": "无残疾", "随班就读": "非随班就读", "联系电话": "13800000001", "邮政编码": "510630",
    "成员1姓名": "张建国", "成员1关系": "父亲", "成员1联系电话": "13800000001", "成员1是否监护人": "是", "成员1身份证件类型": "居民身份证",
    "成员1身份证件号": "430104198003120073", "成员2姓名": "李秀英", "成员2关系": "母亲", "成员2联系电话": "13800000002", "成员2是否监护人": "是",
    "是否进城务工人员随迁子女": "否",
}


def columns(template):
    """Header cells of a blank workbook, in order."""
    with zipfile.ZipFile(template) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    row = re.search(r"<row [^>]*>(.*?)</row>", sheet, re.S).group(1)
    return [html.unescape(text) for text in re.findall(r"<t[^>]*>([^<]*)</t>", row)]


def id_number(division, birth, serial):
    """A number with a right check digit (GB 11643); nobody's."""
    digits = f"{division}{birth}{serial:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]


def pupil(school, class_code, name, serial, birth="20200315", division="440106", **other):
    """Column titles to texts; an odd serial is a boy's."""
    area, address = division + "000000", "广东省广州市天河区示例路12号3栋501室"
    record = CONSTANT | {
        "学校标识码": school, "姓名": name, "性别": "男" if serial % 2 else "女", "出生日期": birth, "出生地行政区划代码": area,
        "籍贯": "广东省广州市天河区", "身份证件号": id_number(division, birth, serial), "户口所在地行政区划": area, "班号": class_code,
        "入学年月": class_code[:4] + "09", "现住址": address, "通信地址": address, "家庭地址": address, "成员1现住址": address,
        "成员2现住址": address, "成员1户口所在地行政区划": area, "成员2户口所在地行政区划": area,
    }
    return record | other


def write(path, header, pupils):
    """The smallest workbook that Excel would open: one sheet, texts in the cells."""
    plain = [re.sub(r"[★*]", "", title).strip() for title in header]
    for record in pupils:
        assert set(record) <= set(plain), f"no such columns: {set(record) - set(plain)}"
    table = [header] + [[record.get(title, "") for title in plain] for record in pupils]
    rows = "".join(
        f'<row r="{number}">' + "".join(_cell(number, column, text) for column, text in enumerate(row) if text) + "</row>"
        for number, row in enumerate(table, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="学生" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)


def _cell(row, column, text):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f'<c r="{letters}{row}" t="inlineStr"><is><t>{html.escape(text, quote=False)}</t></is></c>'
