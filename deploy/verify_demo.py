#!/usr/bin/env python3
"""Reads the stopped stores of a demo and holds them against the generator's truth. Shares no code with the program.

usage: verify_demo.py DIR     DIR is the folder of `xueji demo`; exits 0 only if everything agrees.

Needs python3 alone; see `torment_lib/stores.py` for the signatures.
"""

import json
import os
import sqlite3
import sys
from collections import Counter

from torment_lib.stores import CENTRE, VERIFY, Inspection, check_character, digest, number_of


def counts(rows):
    letters = Counter(number_of(row)[:1] for row in rows)
    return {
        "dossiers": sum(row["state"] != "deleted" for row in rows),
        "problems": sum(row["problems"] != "" for row in rows),
        "enrolled": sum(row["state"] == "enrolled" for row in rows),
        "L": letters["L"], "G": letters["G"], "J": letters["J"],
    }


class Verification(Inspection):
    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
            self.truth = json.load(file)
        super().__init__(folder, {unit["unit"]: unit for unit in self.truth["units"]})

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

    def check_subtree(self, code, unit):
        """As many dossiers as the truth says, the same at every node on the path."""
        for above in {self.units[one]["node"] for one in self.path(code)}:
            found = counts(self.rows(self.stores[above], code))
            self.must(found == unit["counts"], f"{above}: subtree {code} counts {found}, truth {unit['counts']}")
        self.check_path(code)

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
    signed = f"{verification.signatures} signatures" if VERIFY else "signatures not verified (no libcrypto)"
    print(f"verify: {len(verification.stores)} stores agree with the truth and with each other: "
          f"{len(verification.stores[CENTRE].dossiers)} dossiers, {verification.envelopes} envelopes, {signed}")


if __name__ == "__main__":
    main()
