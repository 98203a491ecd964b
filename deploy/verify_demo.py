#!/usr/bin/env python3
"""Reads the stopped stores of a demo and holds them against the generator's truth. Shares no code with the program.

usage: verify_demo.py DIR     DIR is the folder of `xueji demo`; exits 0 only if everything agrees.

Needs python3 alone. Where the package `cryptography` is installed, every signature is verified too.
"""

import hashlib
import json
import os
import sqlite3
import sys
from collections import Counter

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

CENTRE = "000000"


# --- Protocol buffers, as far as the shell of an envelope needs them ------------------------------------------------

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """Last value of each field: bytes for length-delimited ones, integers for varints."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            found[number], at = varint(data, at)
        elif kind == 2:
            length, at = varint(data, at)
            if at + length > len(data):
                raise ValueError("truncated field")
            found[number], at = data[at:at + length], at + length
        else:
            raise ValueError(f"unexpected wire type {kind}")
    return found


# --- A store --------------------------------------------------------------------------------------------------------

class Store:
    def __init__(self, folder, unit):
        self.unit = unit
        path = os.path.join(folder, unit, "data", "xueji.sqlite")
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row
        self.dossiers = {
            row["id"]: row for row in self.db.execute(
                "SELECT id, home, class, name, sex, birth, id_type, id_number, state, problems, provisional, formal, head "
                "FROM dossier ORDER BY id")}
        self.heads = {}
        self.hashes = {}

    def count(self, table):
        return self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def number_of(row):
    return row["formal"] or row["provisional"] or ""


def line(row):
    return f"{row['id'].hex()}\t{(row['head'] or b'').hex()}\t{row['state']}\t{number_of(row)}\n".encode()


def digest(rows):
    return hashlib.sha256(b"".join(sorted(line(row) for row in rows))).hexdigest()


def counts(rows):
    letters = Counter(number_of(row)[:1] for row in rows)
    return {
        "dossiers": sum(row["state"] != "deleted" for row in rows),
        "problems": sum(row["problems"] != "" for row in rows),
        "enrolled": sum(row["state"] == "enrolled" for row in rows),
        "L": letters["L"], "G": letters["G"], "J": letters["J"],
    }


def check_character(digits):
    """Mod 11-2 of GB 11643."""
    return "10X98765432"[sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(digits)) % 11]


# --- Checks ---------------------------------------------------------------------------------------------------------

class Verification:
    def __init__(self, folder):
        self.folder = folder
        self.faults = []
        self.envelopes = 0
        self.signatures = 0
        with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
            self.truth = json.load(file)
        self.units = {unit["unit"]: unit for unit in self.truth["units"]}
        self.stores = {code: Store(folder, code) for code, unit in self.units.items() if unit["node"] == code}

    def must(self, holds, text):
        if not holds:
            self.faults.append(text)

    def path(self, code):
        """The unit itself and all above it."""
        found = []
        while code:
            found.append(code)
            code = self.units[code].get("competent")
        return found

    def run(self):
        for store in self.stores.values():
            self.check_file(store)
            self.check_journal(store)
        self.check_copies()
        for code, unit in self.units.items():
            self.check_subtree(code, unit)
        self.check_pupils()
        self.check_numbers()
        self.check_result()

    def check_file(self, store):
        verdict = store.db.execute("PRAGMA integrity_check").fetchone()[0]
        self.must(verdict == "ok", f"{store.unit}: integrity check says {verdict}")
        for table in ("unapplied", "parked", "quarantine", "void", "salvage"):
            number = store.count(table)
            self.must(number == 0, f"{store.unit}: {number} rows in {table}")

    def check_journal(self, store):
        """Every stream is one chain of headers without gaps, signed by a key of its writer."""
        keys = {bytes(row["key_id"]): (row["unit"], bytes(row["public_key"]))
                for row in store.db.execute("SELECT unit, key_id, public_key FROM unit_key")}
        for key_id, (_, key) in keys.items():
            self.must(hashlib.sha256(key).digest()[:8] == key_id, f"{store.unit}: key id {key_id.hex()} is not its key's")
        streams = store.db.execute("SELECT id, unit, incarnation, audience, sequence, head FROM stream").fetchall()
        for stream in streams:
            name = (stream["unit"], bytes(stream["incarnation"]), stream["audience"])
            label = f"{store.unit}: stream {name[0]} {name[2]}"
            expected, previous = 1, b""
            rows = store.db.execute(
                "SELECT sequence, hash, bytes FROM envelope WHERE stream = ? ORDER BY sequence", (stream["id"],))
            for row in rows:
                self.envelopes += 1
                shell = fields(bytes(row["bytes"]))
                header_bytes = shell[1]
                header = fields(header_bytes)
                own = hashlib.sha256(header_bytes).digest()
                said = (header[1].decode(), header[2], header[3].decode())
                self.must(said == name, f"{label}: link {row['sequence']} belongs to {said}")
                self.must(row["sequence"] == expected == header[4], f"{label}: link {row['sequence']} where {expected} should be")
                self.must(header.get(5, b"") == previous, f"{label}: link {expected} does not follow the one before")
                self.must(own == bytes(row["hash"]), f"{label}: link {expected} has another hash")
                self.must(header.get(8) == 1, f"{label}: link {expected} has an unknown algorithm")
                self.check_signature(label, expected, keys, name[0], header, header_bytes, shell[2])
                store.hashes[(name, expected)] = own
                expected, previous = expected + 1, own
            self.must(stream["sequence"] == expected - 1, f"{label}: {expected - 1} links, head says {stream['sequence']}")
            self.must(bytes(stream["head"] or b"") == previous, f"{label}: its head is not its last link")
            if expected > 1:
                store.heads[name] = (expected - 1, previous)

    def check_signature(self, label, sequence, keys, writer, header, header_bytes, signature):
        unit, key = keys.get(header[9], (None, None))
        self.must(unit == writer, f"{label}: link {sequence} is signed by a key of {unit}")
        if Ed25519PublicKey is None or key is None:
            return
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, b"xueji envelope 1\n" + header_bytes)
            self.signatures += 1
        except InvalidSignature:
            self.must(False, f"{label}: link {sequence} has a wrong signature")

    def check_copies(self):
        """No two nodes have different links at one place, and a node's parent holds all that the node holds."""
        seen = {}
        for store in self.stores.values():
            for place, own in store.hashes.items():
                first = seen.setdefault(place, own)
                self.must(first == own, f"{store.unit}: link {place[1]} of {place[0][0]} {place[0][2]} differs from another node's")
        for store in self.stores.values():
            parent = self.units[store.unit].get("competent")
            if not parent:
                continue
            for name, head in store.heads.items():
                self.must(
                    self.stores[parent].heads.get(name) == head,
                    f"{parent}: stream {name[0]} {name[2]} stands elsewhere than at {store.unit}")

    def rows(self, store, subtree):
        return [row for row in store.dossiers.values() if subtree in self.path(row["home"])]

    def check_subtree(self, code, unit):
        """Every node on the path holds the same dossiers of the subtree, as many as the truth says."""
        reference = self.rows(self.stores[unit["node"]], code)
        wanted = digest(reference)
        for above in {self.units[one]["node"] for one in self.path(code)}:
            rows = self.rows(self.stores[above], code)
            found = counts(rows)
            self.must(found == unit["counts"], f"{above}: subtree {code} counts {found}, truth {unit['counts']}")
            if digest(rows) == wanted:
                continue
            other = {row["id"]: line(row) for row in rows}
            for row in reference:
                self.must(other.pop(row["id"], None) == line(row), f"{above}: dossier {row['id'].hex()} of {code} differs")
            self.must(not other, f"{above}: {len(other)} dossiers of {code} that its own node does not have")

    def check_pupils(self):
        def entry(row):
            number = number_of(row)
            return (row["home"], row["class"], row["name"], row["state"], tuple(sorted(filter(None, row["problems"].split(",")))),
                    number if number.startswith("G") else number[:1])
        found = Counter(entry(row) for row in self.stores[CENTRE].dossiers.values())
        truth = Counter((p["school"], p["classCode"], p["name"], p["state"], tuple(p["problems"]), p["number"])
                        for p in self.truth["pupils"])
        for kind, lacking in (("too few", truth - found), ("too many", found - truth)):
            for pupil, times in list(lacking.items())[:3]:
                self.must(False, f"{CENTRE}: {times} {kind} of {pupil}")

    def check_numbers(self):
        """Unique, and of the right form (Q44, Q45)."""
        rows = list(self.stores[CENTRE].dossiers.values())
        for column in ("provisional", "formal"):
            for number, times in Counter(row[column] for row in rows if row[column]).items():
                self.must(times == 1, f"{CENTRE}: number {number} stands {times} times")
        for row in rows:
            formal, provisional = row["formal"] or "", row["provisional"] or ""
            label = f"{CENTRE}: dossier {row['id'].hex()}"
            self.must(bool(formal) == (row["state"] == "enrolled"), f"{label}: state {row['state']} with number {formal!r}")
            if provisional:
                self.must(len(provisional) == 19 and provisional[0] == "L" and provisional[1:].isdigit()
                          and provisional[7:15] == row["birth"], f"{label}: provisional number {provisional}")
            if formal.startswith("G"):
                self.must(formal == "G" + row["id_number"] and row["id_type"] == "1", f"{label}: formal number {formal}")
            elif formal.startswith("J"):
                fits = (len(formal) == 19 and formal[1:18].isdigit() and formal[7:15] == row["birth"]
                        and check_character(formal[1:18]) == formal[18]
                        and int(formal[17]) % 2 == (1 if row["sex"] == "1" else 0) and row["id_type"] != "1")
                self.must(fits, f"{label}: formal number {formal}")

    def check_result(self):
        """What the nodes said while they ran."""
        path = os.path.join(self.folder, "result.json")
        if not os.path.exists(path):
            self.must(False, "result.json is missing: the run did not come to its end")
            return
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        self.must(result["agree"] is True, f"the nodes did not agree: {result.get('differences')}")
        for node in result["nodes"]:
            rows = self.rows(self.stores[node["unit"]], node["unit"])
            self.must(node["digest"] == digest(rows), f"{node['unit']}: the running node said another digest")
            self.must(node["pupils"] == counts(rows)["dossiers"], f"{node['unit']}: the running node said {node['pupils']} pupils")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        verification = Verification(sys.argv[1])
        verification.run()
    except (OSError, sqlite3.Error, ValueError, KeyError, IndexError) as error:
        sys.exit(f"verify: cannot read {sys.argv[1]}: {type(error).__name__}: {error}")
    for fault in verification.faults[:20]:
        print(f"verify: {fault}")
    if verification.faults:
        sys.exit(f"verify: {len(verification.faults)} disagreements")
    signed = f"{verification.signatures} signatures" if Ed25519PublicKey else "signatures not verified (no python3-cryptography)"
    print(f"verify: {len(verification.stores)} stores agree with the truth and with each other: "
          f"{len(verification.stores[CENTRE].dossiers)} dossiers, {verification.envelopes} envelopes, {signed}")


if __name__ == "__main__":
    main()
