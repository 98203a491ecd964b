"""The duplicate audit written a second time, in another language and the obvious way: for holding `xueji audit` against.

    python3 audit_oracle.py pupils.csv expected.csv           writes the pairs, sorted
    python3 audit_oracle.py pupils.csv --compare pairs.csv    exit status 0 when a written file has exactly these pairs

Rules: names NFKC, white space removed, look-alikes of the middle dot to U+00B7; numbers NFKC, white space removed,
upper-case. A row has an ID when its type is 1 and its number is not empty. A missing name, sex or birth date is equal
to nothing. White space is what `str.isspace` says.
"""
import collections
import csv
import datetime
import itertools
import sys
import unicodedata

DOTS = dict.fromkeys(map(ord, "・•‧∙.．●"), "·")


def code(text):
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace())


def name(text):
    return code(text).translate(DOTS)


def number(text):
    return code(text).upper()


def well_formed(text):
    if len(text) != 18 or any(c not in "0123456789" for c in text[:17]) or text[17] not in "0123456789X":
        return False
    try:
        datetime.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    # ISO 7064 MOD 11-2 in its recursive form, on purpose not by the table of weights.
    rest = 0
    for c in text:
        rest = (rest * 2 + (10 if c == "X" else int(c))) % 11
    return rest == 1


def in_order(a, b):
    def digits(text):
        return text.isascii() and text.isdigit()

    if digits(a) and digits(b):
        smaller = (int(a), a.encode()) < (int(b), b.encode())
    else:
        smaller = a.encode() < b.encode()
    return (a, b) if smaller else (b, a)


def pairs(path):
    by_id, by_person, found = collections.defaultdict(list), collections.defaultdict(list), []
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if not any(value and value.strip() for value in row.values() if isinstance(value, str)):
                continue
            rec, no = row["rec_no"], number(row["id_no"])
            has_id = code(row["id_type"]) == "1" and no != ""
            if has_id:
                by_id[no].append(rec)
                if not well_formed(no):
                    found.append((rec, "", "id_bad"))
            person = (name(row["name"]), code(row["sex"]), code(row["birth"]))
            if all(person):
                by_person[person].append((rec, has_id))
    for group in by_id.values():
        found += [in_order(a, b) + ("id_dup",) for a, b in itertools.combinations(group, 2)]
    for group in by_person.values():
        for (a, a_has), (b, b_has) in itertools.combinations(group, 2):
            if not (a_has and b_has):
                found.append(in_order(a, b) + ("nsd_cross" if a_has or b_has else "nsd_dup",))
    return sorted(found)


def written(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["rec_no_a", "rec_no_b", "kind", "score"], rows[0]
    assert all(row[3] == "" for row in rows[1:])
    return sorted((row[0], row[1], row[2]) for row in rows[1:])


def main(arguments):
    expected = pairs(arguments[0])
    if arguments[1] == "--compare":
        given = written(arguments[2])
        lacking = collections.Counter(expected) - collections.Counter(given)
        surplus = collections.Counter(given) - collections.Counter(expected)
        print(dict(collections.Counter(kind for _, _, kind in expected)), "lacking", len(lacking), "surplus", len(surplus))
        for title, wrong in (("lacking", lacking), ("surplus", surplus)):
            for pair in list(wrong)[:10]:
                print(title, pair)
        return 1 if lacking or surplus else 0
    with open(arguments[1], "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rec_no_a", "rec_no_b", "kind", "score"])
        writer.writerows(pair + ("",) for pair in expected)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
