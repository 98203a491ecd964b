#!/usr/bin/env python3
"""Makes the workbooks that the tests read. Needs openpyxl, xlwt and LibreOffice (soffice).

The tests need neither: the files are committed. Pupils are invented.
"""
import datetime
import io
import pathlib
import subprocess
import zipfile

import openpyxl
import xlwt
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HERE = pathlib.Path(__file__).resolve().parent


def roster(mac=False):
    """A title over merged cells, a header with a blank column beside it, every kind of cell, gaps and blank ends."""
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    hidden = book.active
    hidden.title = "字典"
    hidden.sheet_state = "hidden"
    hidden["A1"] = "隐藏"
    sheet = book.create_sheet("学生名单")
    sheet.merge_cells("A1:F1")
    sheet["A1"] = "阳光小学学生名单"
    sheet["A1"].font = Font(bold=True)
    for column, title in enumerate(["姓名", "身份证件号", "出生日期", "入学年月", "是否独生", "备注"], 1):
        sheet.cell(2, column, title)
    sheet.append(["张伟", "440524201209010017", datetime.date(2012, 9, 1), 201809, True, "a < b & c > d"])
    sheet.append(["李娜", 440524201209010025, datetime.datetime(2012, 2, 29, 13, 30), 1.2e17, False, "  两端空格  "])
    # Row 5 is blank; row 6 is filled again.
    sheet["A6"] = "王芳\n(双胞胎)"
    sheet["C6"] = "20120901"
    sheet["D6"] = 0.1
    sheet["E6"] = "=1/0"
    sheet["F6"] = "=\"甲\"&\"乙\""
    sheet["C6"].number_format = "@"
    sheet["C7"] = datetime.date(2013, 1, 2)
    sheet["C7"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["D7"] = 41153
    sheet["D7"].number_format = "[$-804]aaaa;@"
    sheet["E7"] = 0.5
    sheet["E7"].number_format = "h:mm"
    # Blank ends: styled cells, white space.
    sheet["J9"].number_format = "@"
    sheet["A10"] = " \u3000 "
    other = book.create_sheet("第二页")
    other["B2"] = "别的"
    return book


def convert(source, target, filter_name):
    suffix = target.rsplit(".", 1)[1]
    subprocess.run(
        ["soffice", "--headless", "--convert-to", f"{suffix}:{filter_name}", "--outdir", str(HERE / "made"), source],
        check=True, capture_output=True)
    made = HERE / "made" / (pathlib.Path(source).stem + "." + suffix)
    made.rename(HERE / target)
    (HERE / "made").rmdir()


def other_xls():
    """Another writer of .xls: packed numbers, rich text, strings over several records, sectors of its own making."""
    book = xlwt.Workbook(encoding="utf-8")
    hidden = book.add_sheet("很隐藏")
    hidden.visibility = 2
    sheet = book.add_sheet("名单")
    for column, value in enumerate([1, 2.5, 0.01, -7, 123456789012, 1e100]):
        sheet.write(0, column, value)
    sheet.write_rich_text(1, 0, [("张", xlwt.easyfont("bold true")), "伟"])
    sheet.write(1, 1, "abc")
    sheet.write(1, 2, True)
    sheet.write(1, 3, datetime.date(2012, 9, 1), xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"'))
    sheet.write(1, 4, 60, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    for row in range(3):
        sheet.write(5 + row, 0, ("学籍" if row % 2 else "narrow ") * 700 + str(row))
    book.save(str(HERE / "xlwt.xls"))


def parts(name, sheet, strings=None, styles=None, workbook=None, relations="", sheet_name="xl/worksheets/sheet1.xml"):
    """A workbook by hand, for what no library writes."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as archive:
        def put(path, text):
            archive.writestr(zipfile.ZipInfo(path, (2012, 9, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
        put("_rels/.rels", f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{rel}/officeDocument" '
            'Target="/xl/workbook.xml"/></Relationships>')
        put("xl/workbook.xml", workbook or f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
            '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>')
        put("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">'
            f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="rId3" Type="{rel}/styles" Target="styles.xml"/>{relations}</Relationships>')
        put(sheet_name, sheet)
        if strings:
            put("xl/sharedStrings.xml", strings)
        if styles:
            put("xl/styles.xml", styles)


def by_hand():
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    parts(
        "strict-inline.xlsx",
        f'<?xml version="1.0"?><x:worksheet xmlns:x="{strict}"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:r><x:t>张</x:t></x:r><x:r><x:t xml:space="preserve"> 伟</x:t></x:r>'
        '<x:rPh sb="0" eb="1"><x:t>zhang</x:t></x:rPh></x:is></x:c><x:c/><x:c><x:v>1.2E+17</x:v></x:c></x:row>'
        '<x:row r="7"><x:c r="C7" t="d"><x:v>2012-09-01T00:00:00</x:v></x:c><x:c><x:v>-0.00001</x:v></x:c>'
        '<x:c t="e"><x:v>#N/A</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c><x:c t="str"><x:f>A1</x:f><x:v>&#x5F20;&amp;</x:v></x:c></x:row>'
        '<x:row/><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c s="1"><x:v>60</x:v></x:c>'
        '<x:c s="2"><x:v>41153</x:v></x:c><x:c s="3"><x:v>41153.5</x:v></x:c><x:c s="1"><x:v>20120901</x:v></x:c></x:row>'
        '</x:sheetData></x:worksheet>',
        strings=f'<sst xmlns="{strict}"><si><r><t>王</t></r><rPh sb="0" eb="1"><t>wang</t></rPh><r><t>芳</t></r></si>'
        '<si><t>一_x000D_二_x005F_x</t></si></sst>',
        styles=f'<styleSheet xmlns="{strict}"><numFmts><numFmt numFmtId="176" formatCode="[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"/>'
        '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="31"/>'
        '<xf numFmtId="176"/></cellXfs></styleSheet>')
    plain = '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>'
    parts("document-type.xlsx", '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + plain.format("&b;"))
    parts("cut-xml.xlsx", plain.format("张伟")[:-20])
    parts("deep.xlsx", "<worksheet><sheetData>" + "<row>" * 100_000)
    parts("rows-turned.xlsx", '<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>')
    parts("slip.xlsx", plain.format("外面"), sheet_name="../xl/worksheets/sheet1.xml")
    parts("bomb.xlsx", "<worksheet><sheetData>" + " " * 8_500_000 + "</sheetData></worksheet>")
    with zipfile.ZipFile(HERE / "encrypted-zip.xlsx", "w") as archive:
        archive.writestr("EncryptedPackage", "x")


def damaged():
    good = (HERE / "openpyxl.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        info = archive.getinfo("xl/worksheets/sheet2.xml")
    # The central directory's copy of the check sum is what counts.
    at = good.index(info.CRC.to_bytes(4, "little"), good.index(b"PK\x01\x02"))
    (HERE / "wrong-checksum.xlsx").write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])


def encrypted():
    """As Excel does it: a compound file with the encrypted workbook as a stream. The contents do not matter."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("D0CF11E0A1B11AE1")
    header[24:32] = bytes.fromhex("3E000300FEFF0900")
    header[32:34] = bytes.fromhex("0600")
    header[44:48] = (1).to_bytes(4, "little")
    header[48:52] = (1).to_bytes(4, "little")
    header[76:512] = b"\xff" * 436
    header[76:80] = (0).to_bytes(4, "little")
    table = bytearray(b"\xff" * 512)
    table[0:8] = bytes.fromhex("FDFFFFFFFEFFFFFF")
    directory = b""
    for name, kind in [("Root Entry", 5), ("EncryptedPackage", 2), ("EncryptionInfo", 2)]:
        slot = bytearray(128)
        text = name.encode("utf-16-le") + b"\0\0"
        slot[:len(text)] = text
        slot[64:66] = len(text).to_bytes(2, "little")
        slot[66] = kind
        slot[67] = 1
        directory += slot
    (HERE / "encrypted.xlsx").write_bytes(bytes(header) + bytes(table) + directory + bytes(128))


def letter():
    with zipfile.ZipFile(HERE / "letter.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")


def main():
    roster().save(HERE / "openpyxl.xlsx")
    roster(mac=True).save(HERE / "openpyxl-1904.xlsx")
    convert(str(HERE / "openpyxl.xlsx"), "libreoffice.xls", "MS Excel 97")
    convert(str(HERE / "openpyxl-1904.xlsx"), "libreoffice-1904.xls", "MS Excel 97")
    convert(str(HERE / "openpyxl.xlsx"), "libreoffice.xlsx", "Calc MS Excel 2007 XML")
    convert(str(HERE / "openpyxl.xlsx"), "libreoffice.ods", "calc8")
    other_xls()
    by_hand()
    damaged()
    encrypted()
    letter()


main()
