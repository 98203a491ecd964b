"""What a run remembers over its own interruption: the ledger of what the program has acknowledged, and how far the run is."""

import json
import os
import threading
import time


class Ledger:
    """One JSON object a line, on the disk before `write` returns. An entry is only what a command of the program has said."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.entries = list(read_lines(path))
        self.file = open(path, "a", encoding="utf-8")

    def write(self, entry):
        with self.lock:
            self.entries.append(entry)
            self.file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())


def read_lines(path):
    """Entries of a ledger; a last line that was cut by an interruption had not been written."""
    if not os.path.exists(path):
        return
    with open(path, "r+", encoding="utf-8") as file:
        text = file.read()
        whole = text[:text.rfind("\n") + 1]
        if whole != text:
            file.truncate(len(whole.encode()))
    for line in whole.splitlines():
        yield json.loads(line)


class Progress:
    """Seed, ports and counts of a run. `save` replaces the file as a whole."""

    def __init__(self, path, seed):
        self.path = path
        self.lock = threading.Lock()
        self.begin = time.monotonic()
        try:
            with open(path, encoding="utf-8") as file:
                self.values = json.load(file)
        except FileNotFoundError:
            self.values = {"seed": seed, "raised": [], "ports": {}, "counts": {}, "seconds": 0, "sessions": 0, "troubles": []}
        self.before = self.values["seconds"]
        self.values["sessions"] += 1
        self.save()

    def save(self):
        with self.lock:
            self.values["seconds"] = round(self.before + time.monotonic() - self.begin, 1)
            with open(self.path + ".new", "w", encoding="utf-8") as file:
                json.dump(self.values, file, ensure_ascii=False, indent=1)
            os.replace(self.path + ".new", self.path)

    def count(self, what, times=1):
        with self.lock:
            counts = self.values["counts"]
            counts[what] = counts.get(what, 0) + times

    def counted(self, what):
        return self.values["counts"].get(what, 0)

    def trouble(self, text):
        """Something that must not happen; the run fails, and goes on to show more."""
        with self.lock:
            self.values["troubles"].append(text)
        self.save()
