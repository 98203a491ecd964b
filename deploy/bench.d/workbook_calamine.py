"""The reference of `xueji bench workbook`: python-calamine reads the first sheet of a workbook.

    workbook_calamine FILE

Prints one JSON line; the check is the number of cells that are not empty and the SHA-256 of their texts in order, computed after the time
was taken.
"""
import decimal
import hashlib
import json
import resource
import sys
import time

from python_calamine import CalamineWorkbook


def text(value):
    """A cell as the product tells it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(decimal.Decimal(repr(value)), "f") if not value.is_integer() or value >= 1e15 else str(int(value))
    return str(value)


def processor():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


used, start = processor(), time.monotonic()
rows = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
seconds, used = time.monotonic() - start, processor() - used

digest, cells = hashlib.sha256(), 0
for row in rows:
    for value in row:
        if value != "":
            digest.update(text(value).encode() + b"\n")
            cells += 1
print(json.dumps({"seconds": seconds, "rows": cells, "check": f"{cells} {digest.hexdigest()}", "cpu": used}))
