"""What schools and authorities do meanwhile, through the command line. What a command said is done goes into the ledger."""

import json
import os
import random
import threading

from . import pupils, tree
from .node import command

# Rows of a workbook, and dossiers of one act.
ROWS = (3, 25)
BATCH = 40


class Worker(threading.Thread):
    """One unit's clerk. `go_on` ends after the present act; what is unfinished is finished when `is_ending`."""

    def __init__(self, torment, unit, seed):
        super().__init__(daemon=True)
        self.torment = torment
        self.unit = unit
        self.node = torment.nodes[unit.node]
        self.chance = random.Random(f"{seed}/{unit.code}/{torment.progress.values['sessions']}")
        self.is_ending = threading.Event()
        self.may_act = threading.Event()
        self.may_act.set()
        self.acting = threading.Lock()
        self.is_done = False

    def rest(self):
        """Returns when the present act is over; none begins before `go_on`."""
        self.may_act.clear()
        with self.acting:
            pass

    def go_on(self):
        self.may_act.set()

    def run(self):
        while not self.is_done:
            self.may_act.wait()
            try:
                with self.acting:
                    if self.may_act.is_set():
                        self.act()
            except Exception as error:  # A worker that dies in silence would make the run too easy.
                self.torment.progress.trouble(f"worker of {self.unit.code}: {type(error).__name__}: {error}")
                return
            self.is_ending.wait(self.chance.uniform(0.1, self.torment.pace))

    def ask(self, *words):
        """Exit status and answer; what went wrong is counted by its code."""
        status, answer = command(self.torment.program, self.node.data, *words, unit=self.unit.code)
        if status != 0:
            code = (answer.get("error") or {}).get("code") or (answer.get("refused") or [{}])[0].get("code", "")
            self.torment.progress.count(f"answer {words[0]}: {status} {code}".strip())
        return status, answer

    def listed(self, state, *more):
        status, answer = self.ask("students", "--state", state, "--limit", str(BATCH), *more)
        return [student["dossier"] for student in answer["students"]] if status == 0 else []

    def take(self, verb, dossiers, *more):
        """A step of some dossiers; the ledger gets those of which the command says that it is done."""
        if not dossiers:
            return
        _, answer = self.ask(verb, *dossiers, *more)
        if answer.get("done"):
            self.torment.ledger.write({"act": verb, "unit": self.unit.code, "dossiers": answer["done"]})
            self.torment.progress.count(f"acknowledged {verb}", len(answer["done"]))


class School(Worker):
    """Imports workbooks; reviews, submits, now and then deletes."""

    def __init__(self, torment, unit, seed, classes):
        super().__init__(torment, unit, seed)
        self.classes = classes
        self.position = tree.SCHOOLS.index(unit)
        self.folder = os.path.join(torment.folder, "books", unit.code)
        os.makedirs(self.folder, exist_ok=True)
        done = {entry["book"] for entry in torment.ledger.entries if entry["act"] == "import"}
        names = sorted(name[:-5] for name in os.listdir(self.folder) if name.endswith(".json"))
        self.written = len(names)
        self.serial = 0
        self.pending = []
        self.used = set()
        for name in names:
            rows = self.rows(name)
            self.serial += len(rows)
            self.used |= {one["number"] for one in rows}
            if name not in done:
                self.pending.append(name)

    def rows(self, name):
        with open(os.path.join(self.folder, name + ".json"), encoding="utf-8") as file:
            return json.load(file)

    def act(self):
        if self.pending:
            return self.send(self.pending[0])
        if self.is_ending.is_set():
            self.is_done = True
            return None
        choice = self.chance.random()
        if choice < 0.4:
            return self.write_book()
        if choice < 0.48:
            return self.take("delete", self.listed("clean")[:1])
        if choice < 0.56:
            return self.attach()
        if choice < 0.78:
            return self.take("review", self.listed("clean")[self.chance.randrange(5):])
        self.take("submit", self.listed("reviewed"))
        return self.take("submit", self.listed("returned"))

    def write_book(self):
        """A new workbook, with the list of its pupils beside it; both are there before it is sent for the first time."""
        name = f"{self.unit.code}-{self.written:05d}"
        chosen, rows = [], []
        for _ in range(self.chance.randint(*ROWS)):
            one = pupils.pupil(self.unit, self.position, self.serial, self.chance.choice(self.classes))
            # Now and then a child that another school has as well.
            other = self.torment.any_pupil(self.chance, not_of=self.unit) if self.chance.random() < 0.03 else None
            if other and other["number"] not in self.used:
                one = pupils.Pupil(one.school, one.class_code, other["name"], other["sex"], other["birth"], other["number"])
            self.used.add(one.number)
            chosen.append(one)
            rows.append(pupils.cells(one, self.serial, self.unit.territorial))
            self.serial += 1
        pupils.write_workbook(os.path.join(self.folder, name + ".xlsx"), rows)
        path = os.path.join(self.folder, name + ".json")
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump([one.as_dictionary() for one in chosen], file, ensure_ascii=False)
        os.replace(path + ".new", path)
        self.written += 1
        self.pending.append(name)

    def attach(self):
        """A file for one pupil: a picture by its first bytes, of a size that takes one piece or several."""
        dossiers = self.listed("clean")
        if not dossiers:
            return
        path = os.path.join(self.folder, "evidence.jpg")
        with open(path, "wb") as file:
            file.write(b"\xff\xd8\xff\xe0" + self.chance.randbytes(self.chance.choice((500, 20_000, 400_000, 1_500_000))))
        status, answer = self.ask("attach", self.chance.choice(dossiers), path)
        if status == 0:
            self.torment.ledger.write({
                "act": "attach", "unit": self.unit.code, "dossiers": [], "hash": answer["hash"], "bytes": answer["bytes"]})
            self.torment.progress.count("acknowledged attach")

    def send(self, name):
        """Sends a workbook, again and again until the program says that every row is in."""
        rows = self.rows(name)
        status, answer = self.ask("import", os.path.join(self.folder, name + ".xlsx"), "--wait", "20")
        if status != 0 or answer.get("outcome") != "success":
            rules = {finding["rule"] for finding in answer.get("findings", []) if finding["severity"] == "error"}
            if rules - {"Q50-interrupted"}:
                self.torment.progress.trouble(f"book {name}: {sorted(rules)}")
                self.pending.remove(name)
            return
        if answer["accepted"] + answer["already"] != len(rows) or answer["rows"] != len(rows):
            self.torment.progress.trouble(f"book {name} has {len(rows)} rows, the answer was {answer}")
        self.torment.ledger.write({"act": "import", "unit": self.unit.code, "book": name, "pupils": rows})
        self.torment.progress.count("acknowledged import", len(rows))
        self.torment.progress.count("already", answer["already"])
        self.torment.offer(rows)
        self.pending.remove(name)


class Judge(Worker):
    """Approves what is submitted, and returns a little of it."""

    def act(self):
        if self.is_ending.is_set():
            self.is_done = True
            return
        waiting = self.listed("submitted", "--holder", "self")
        if len(waiting) > 5 and self.chance.random() < 0.2:
            self.take("return", waiting[:1], "--reason", "请核对户口所在地")
        else:
            self.take("approve", waiting)
