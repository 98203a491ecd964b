"""The reference of `xueji bench duplicates`: DuckDB on one thread normalises the key fields and groups them; nothing is kept.

    keys_duckdb FILE

The rows are in a table in memory before the time is taken. DuckDB has no NFKC: the characters that the rows have are mapped by a list. The
check is the number of keys that two and more have, and the SHA-256 of these with their rows, in the order of the keys.
"""
import hashlib
import json
import resource
import sys
import time

import duckdb

WIDE, NARROW = "０１２３４５６７８９ＸｘＺ", "0123456789XxZ"
# As with ours, what is plain is left alone.
CODE = f"CASE WHEN regexp_full_match({{0}}, '[!-~]*') THEN {{0}} ELSE translate({{0}}, '{WIDE} 　', '{NARROW}') END"
NAME = "CASE WHEN regexp_full_match(name, '[\\x{4E00}-\\x{9FA5}]*') THEN name ELSE translate(nfc_normalize(name), '・•‧∙.．● 　', '·······') END"


def processor():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


db = duckdb.connect()
db.execute("SET threads = 1; SET preserve_insertion_order = false")
columns = ", ".join(f"coalesce({column}, '') AS {column}" for column in ("name", "sex", "birth", "id_type", "id_no"))
db.execute(
    f"CREATE TABLE t AS SELECT rec::INTEGER AS rec, {columns} FROM read_csv(?, delim='\t', header=true, all_varchar=true, quote='', escape='')",
    [sys.argv[1]])
rows = db.execute("SELECT count(*) FROM t").fetchone()[0]

used, start = processor(), time.monotonic()
groups = db.execute(f"""
    SELECT 'id:' || k, list(rec) FROM (SELECT upper({CODE.format('id_no')}) AS k, rec FROM t WHERE {CODE.format('id_type')} = '1')
    WHERE k <> '' GROUP BY k HAVING count(*) > 1""").fetchall()
groups += db.execute(f"""
    SELECT 'nsd:' || n || '|' || s || '|' || b, list(rec)
    FROM (SELECT {NAME} AS n, {CODE.format('sex')} AS s, {CODE.format('birth')} AS b, rec FROM t)
    WHERE n <> '' AND s <> '' AND b <> '' GROUP BY n, s, b HAVING count(*) > 1""").fetchall()
seconds, used = time.monotonic() - start, processor() - used

lines = sorted(f"{key}\t{','.join(map(str, sorted(members)))}\n".encode() for key, members in groups)
print(json.dumps({"seconds": seconds, "rows": rows, "check": f"{len(lines)} {hashlib.sha256(b''.join(lines)).hexdigest()}", "cpu": used}))
