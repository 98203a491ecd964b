"""The checker: holds the stopped stores of a torment against the ledger and against each other. Reads SQLite files alone."""

import hashlib
import json
import os
from collections import Counter, defaultdict

from . import tree
from .ledger import read_lines
from .stores import CENTRE, Inspection, check_character

# Verbs to the kind of step that they write.
STEPS = {"review": "review", "submit": "submit", "approve": "approve", "return": "sendBack"}


class Checker(Inspection):
    def __init__(self, folder):
        self.entries = list(read_lines(os.path.join(folder, "ledger.jsonl")))
        tree.follow(self.entries)
        super().__init__(folder, tree.as_dictionaries())
        self.folder = folder
        self.found = Counter()
        self.steps = {code: store.steps() for code, store in self.stores.items()}
        self.persons = {code: self.persons_of(store) for code, store in self.stores.items()}

    @staticmethod
    def persons_of(store):
        """(school, name, birth date, number) to dossiers."""
        found = defaultdict(list)
        for row in store.dossiers.values():
            found[(row["home"], row["name"], row["birth"], row["id_number"])].append(row)
        return found

    @staticmethod
    def times(rows):
        """How often a pupil is there. Deleted dossiers count where no other is left: what was taken in again while old records were
        still to come back is withdrawn by the school's node."""
        return sum(row["state"] != "deleted" for row in rows) or min(len(rows), 1)

    def run(self):
        for store in self.stores.values():
            self.check_file(store)
            self.check_journal(store)
        self.check_copies()
        for unit in tree.UNITS:
            self.check_path(unit.code)
        for entry in self.entries:
            if entry["act"] == "import":
                self.check_import(entry)
            elif entry["act"] == "attach":
                self.check_file_of(entry)
            else:
                self.check_act(entry)
        self.check_strangers()
        self.check_numbers()

    # --- What a move leaves behind ---

    def is_excused(self, writer, reason):
        """The new authority cannot tell when the former one enrolled the school's key, and has the key from the one above both."""
        return writer in tree.FORMER.values() and reason == "enrolment outside the issuer's path"

    def is_left_behind(self, unit, parent, name, head):
        """The former authority keeps the beginning of the school's streams and of its mail; the school keeps what its former path told it."""
        for school, former in tree.FORMER.items():
            if unit == former and (name[0] == school or name[2] == "unit:" + school):
                return self.stores[parent].heads.get(name, (0, b""))[0] >= head[0]
            if unit == school and (name[0] == former or name[2].endswith(":" + former)):
                return True
        return False

    # --- What was acknowledged ---

    def check_import(self, entry):
        """Each pupil of a book is there once, at the school and at every node above."""
        for one in entry["pupils"]:
            person = (one["school"], one["name"], one["birth"], one["number"])
            for node in tree.nodes_above(one["school"]):
                times = self.times(self.persons[node].get(person, []))
                self.must(times == 1, f"{node}: a pupil of book {entry['book']} is there {times} times")
            self.found["import"] += 1

    def check_act(self, entry):
        for text in entry["dossiers"]:
            dossier = bytes.fromhex(text)
            row = self.stores[CENTRE].dossiers.get(dossier)
            if row is None:
                self.must(False, f"{CENTRE}: {entry['act']} of {text} was acknowledged, the dossier is unknown")
                continue
            for node in tree.nodes_above(row["home"]):
                self.check_step(entry["act"], node, dossier)
            self.found[entry["act"]] += 1

    def check_step(self, act, node, dossier):
        row = self.stores[node].dossiers.get(dossier)
        label = f"{node}: dossier {dossier.hex()}"
        if row is None:
            self.must(False, f"{label} is missing after {act}")
        elif act == "delete":
            self.must(row["state"] == "deleted", f"{label} was deleted and is {row['state']}")
        else:
            self.must(STEPS[act] in self.steps[node].get(dossier, []), f"{label} has no step {STEPS[act]}")
            if act == "approve":
                self.must(bool(row["provisional"]), f"{label} was approved and has no provisional number")
                # A double that came after the approval keeps the number back.
                self.must(bool(row["formal"] or row["problems"]), f"{label} was approved and has no formal number")

    def check_file_of(self, entry):
        """The statement at every node above, the bytes at the school's and at the next one, as policies have it."""
        unit = tree.BY_CODE[entry["unit"]]
        name = entry["hash"]
        for node in tree.nodes_above(unit.code):
            known = self.stores[node].db.execute(
                "SELECT size FROM attachment WHERE hash = ? AND writer = ?", (bytes.fromhex(name), unit.code)).fetchone()
            self.must(known and known["size"] == entry["bytes"], f"{node}: nothing states the file {name} of {unit.code}")
        for node in tree.nodes_above(unit.code)[:2]:
            path = os.path.join(self.folder, node, "data", "blobs", name[:2], name)
            self.must(os.path.exists(path), f"{node}: the file {name} of {unit.code} is not there")
            if os.path.exists(path):
                with open(path, "rb") as file:
                    self.must(hashlib.sha256(file.read()).hexdigest() == name, f"{node}: the file {name} has other bytes")
        self.found["attach"] += 1

    def check_strangers(self):
        """Nobody is there who was in no book, and nobody twice, acknowledged or not."""
        known = set()
        for unit in tree.SCHOOLS:
            place = os.path.join(self.folder, "books", unit.code)
            for name in os.listdir(place) if os.path.isdir(place) else []:
                if name.endswith(".json"):
                    with open(os.path.join(place, name), encoding="utf-8") as file:
                        known |= {(one["school"], one["name"], one["birth"], one["number"]) for one in json.load(file)}
        for person, rows in self.persons[CENTRE].items():
            self.must(person in known, f"{CENTRE}: dossier {rows[0]['id'].hex()} is of nobody's book")
            self.must(self.times(rows) == 1, f"{CENTRE}: {len(rows)} dossiers of one pupil, for example {rows[0]['id'].hex()}")

    # --- Numbers ---

    def check_numbers(self):
        """Over all nodes one number is one dossier's, and of the right form (Q44, Q45)."""
        owners = defaultdict(set)
        for store in self.stores.values():
            for row in store.db.execute("SELECT number, dossier FROM number"):
                owners[row["number"]].add(bytes(row["dossier"]))
            for row in store.dossiers.values():
                for number in (row["provisional"], row["formal"]):
                    if number:
                        owners[number].add(bytes(row["id"]))
        for number, dossiers in owners.items():
            self.must(len(dossiers) == 1, f"a number of kind {number[0]} belongs to {len(dossiers)} dossiers: "
                                          + " ".join(sorted(dossier.hex() for dossier in dossiers)))
        self.numbers = Counter(number[0] for number in owners)
        for row in self.stores[CENTRE].dossiers.values():
            formal, label = row["formal"] or "", f"{CENTRE}: dossier {row['id'].hex()}"
            self.must(row["state"] == "enrolled" or not formal, f"{label}: state {row['state']} with a formal number")
            self.must(row["state"] != "enrolled" or formal or row["problems"], f"{label}: enrolled without a formal number")
            if formal.startswith("G"):
                fits = formal == "G" + row["id_number"] and check_character(formal[1:18]) == formal[18]
                self.must(fits, f"{label}: its formal number is not of its form")

    def summary(self):
        return {
            "stores": len(self.stores), "dossiers": len(self.stores[CENTRE].dossiers), "envelopes": self.envelopes,
            "signatures": self.signatures, "acknowledged": self.acknowledged(), "found": dict(self.found),
            "numbers": dict(self.numbers), "faults": self.faults,
        }

    def acknowledged(self):
        counts = Counter()
        for entry in self.entries:
            counts[entry["act"]] += len(entry.get("pupils") or entry["dossiers"] or [entry])
        return dict(counts)
