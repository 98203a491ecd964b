"""Pupils and their workbooks, made here and not by the program: whoever checks must not borrow from what is checked."""

import html
import random
import zipfile
from dataclasses import asdict, dataclass

from .stores import check_character

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
GIVEN = "子涵欣怡梓萱浩然宇轩雨桐诗琪俊杰思远嘉宁晨曦明哲佳慧文博雅静泽楷若兰一诺瑞霖安琪天翔语嫣书瑶景行清越"
PLACES = {
    "440106": "广东省广州市天河区", "440113": "广东省广州市番禺区", "430104": "湖南省长沙市岳麓区", "430124": "湖南省长沙市宁乡市",
}


@dataclass(frozen=True)
class Pupil:
    school: str
    class_code: str
    name: str
    sex: str
    birth: str
    number: str

    def as_dictionary(self):
        return asdict(self)


def resident_id(division, birth, order):
    digits = f"{division}{birth}{order:03d}"
    return digits + check_character(digits)


def pupil(school, position, serial, class_code):
    """The pupil of that serial at the school at that position; no two have one number, or name, sex and birth date."""
    chance = random.Random(f"{school.code}/{serial}")
    # Of the usual age: born from 1 September, six to seven years before entry.
    day, turn = serial % 330, serial // 330
    month, year = 9 + day // 28, int(class_code[:4]) - 7
    if month > 12:
        month, year = month - 12, year + 1
    birth = f"{year}{month:02d}{day % 28 + 1:02d}"
    # The order's last digit says the sex. Schools of one division share its numbers.
    order = (turn * 8 + position) % 500 * 2 + chance.randrange(2)
    name = chance.choice(SURNAMES) + chance.choice(GIVEN) + GIVEN[serial % len(GIVEN)]
    return Pupil(school.code, class_code, name, "男" if order % 2 else "女", birth, resident_id(school.territorial, birth, order))


def cells(one, serial, division):
    """A row by column titles of the template of 2013, starred or not."""
    place = PLACES[division]
    address = f"{place}试验路{serial % 300 + 1}号"
    row = {
        "学校标识码": one.school, "姓名": one.name, "性别": one.sex, "出生日期": one.birth, "出生地行政区划代码": division + "000000",
        "籍贯": place, "民族": "汉族", "国籍/地区": "中国", "身份证件类型": "居民身份证", "港澳台侨外": "否", "健康状况": "健康或良好",
        "政治面貌": "群众", "身份证件号": one.number, "户口性质": "非农业户口", "户口所在地行政区划": division + "000000",
        "班号": one.class_code, "入学年月": one.class_code[:4] + "09", "入学方式": "就近入学", "就读方式": "走读", "现住址": address,
        "通信地址": address, "家庭地址": address, "联系电话": f"169{serial % 10**8:08d}",
        "邮政编码": "510000" if division[:2] == "44" else "410000", "是否独生子女": "是", "是否受过学前教育": "是",
        "是否留守儿童": "非留守儿童", "是否需要申请资助": "否", "是否享受一补": "否", "是否孤儿": "否", "是否烈士或优抚子女": "否",
        "上下学距离": "1.5", "上下学方式": "步行", "是否需要乘坐校车": "否", "学生来源": "正常入学", "残疾类型": "无残疾",
        "是否由政府购买学位": "否", "随班就读": "非随班就读", "是否进城务工人员随迁子女": "否",
    }
    for member, relation, given, order in ((1, "父亲", "建国", 101), (2, "母亲", "秀英", 102)):
        row |= {
            f"成员{member}姓名": one.name[0] + given, f"成员{member}关系": relation, f"成员{member}现住址": address,
            f"成员{member}户口所在地行政区划": division + "000000", f"成员{member}联系电话": f"169{serial % 10**8:08d}",
            f"成员{member}是否监护人": "是", f"成员{member}身份证件类型": "居民身份证",
            f"成员{member}身份证件号": resident_id(division, "19850615", order), f"成员{member}民族": "汉族",
        }
    return row


# --- Workbooks ------------------------------------------------------------------------------------------------------

PARTS = {
    "[Content_Types].xml":
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels":
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
        '</Relationships>',
    "xl/workbook.xml":
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="学生基本信息" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels":
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        '</Relationships>',
}


def column_name(index):
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def write_workbook(path, rows):
    """Rows are dictionaries by title; the first one's titles are the header."""
    titles = list(rows[0])
    lines = []
    for number, row in enumerate([dict(zip(titles, titles))] + rows, start=1):
        inside = "".join(
            f'<c r="{column_name(index)}{number}" t="inlineStr"><is><t>{html.escape(row[title])}</t></is></c>'
            for index, title in enumerate(titles))
        lines.append(f'<row r="{number}">{inside}</row>')
    sheet = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
             + "".join(lines) + "</sheetData></worksheet>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (PARTS | {"xl/worksheets/sheet1.xml": sheet}).items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
