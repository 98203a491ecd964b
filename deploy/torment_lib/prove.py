"""A checker is worth what it finds: spoils copies of a passed run's stores, each in one way, and sees that each is found."""

import os
import shutil
import sqlite3
import tempfile

from . import tree
from .check import Checker
from .stores import CENTRE, fields

# What is done to which node's store, by name. Each is the trace of a fault that the program promises not to have.
STATEMENTS = {
    "a pupil is missing on one tier": ("440000", "DELETE FROM dossier WHERE id = (SELECT id FROM dossier WHERE state = 'enrolled' LIMIT 1)"),
    "a state differs on one tier": ("440100", "UPDATE dossier SET state = 'reviewed' WHERE id = "
                                    "(SELECT id FROM dossier WHERE state = 'enrolled' LIMIT 1)"),
    "an acknowledged step is missing": (CENTRE, "DELETE FROM step WHERE dossier = (SELECT id FROM dossier WHERE state = 'enrolled' LIMIT 1)"),
    "a number belongs to two": ("440100", "UPDATE number SET dossier = (SELECT id FROM dossier WHERE formal IS NULL LIMIT 1) WHERE number = "
                                "(SELECT formal FROM dossier WHERE formal IS NOT NULL LIMIT 1)"),
    "a pupil is there twice": (CENTRE, "UPDATE dossier SET (home, name, birth, id_number) = (SELECT home, name, birth, id_number FROM dossier "
                               "ORDER BY id DESC LIMIT 1) WHERE id = (SELECT id FROM dossier ORDER BY id LIMIT 1)"),
    "a link is missing": ("430000", "DELETE FROM envelope WHERE position = (SELECT max(position) FROM envelope)"),
    "a head is not the last link": ("430000", "UPDATE stream SET sequence = sequence + 1 WHERE id = 1"),
    "an entry waits for ever": ("440106", "INSERT INTO parked (position, slot, waits_for) VALUES (1, 0, 'x')"),
}


def spoil_signature(data):
    """Changes one bit of the newest envelope's signature."""
    with sqlite3.connect(data) as db:
        position, content = db.execute("SELECT position, bytes FROM envelope ORDER BY position DESC LIMIT 1").fetchone()
        signature = fields(content)[2]
        place = content.index(signature)
        spoilt = bytearray(content)
        spoilt[place] ^= 1
        db.execute("UPDATE envelope SET bytes = ? WHERE position = ?", (bytes(spoilt), position))


def spoil_file(data):
    """Changes one byte of an attached file."""
    place = os.path.join(os.path.dirname(data), "blobs")
    path = next(os.path.join(one, names[0]) for one, _, names in sorted(os.walk(place)) if names and os.path.basename(one) != "partial")
    with open(path, "r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))


def spoil_page(data):
    """Zeroes a page in the middle of the file."""
    with open(data, "r+b") as file:
        file.seek(os.path.getsize(data) // 2 // 4096 * 4096)
        file.write(bytes(4096))


def copy(folder, target):
    for name in ("ledger.jsonl", "books"):
        source = os.path.join(folder, name)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, os.path.join(target, name))
    for unit in tree.NODES:
        place = os.path.join(target, unit.code, "data")
        os.makedirs(place)
        blobs = os.path.join(folder, unit.code, "data", "blobs")
        if os.path.isdir(blobs):
            shutil.copytree(blobs, os.path.join(place, "blobs"))
        for name in ("xueji.sqlite", "xueji.sqlite-wal"):
            source = os.path.join(folder, unit.code, "data", name)
            if os.path.exists(source):
                shutil.copy(source, place)
        # Into one file, so that spoiling it spoils what is read.
        with sqlite3.connect(os.path.join(place, "xueji.sqlite")) as db:
            db.execute("PRAGMA journal_mode = DELETE")


def finds(folder):
    try:
        checker = Checker(folder)
        checker.run()
        return checker.faults
    except (sqlite3.Error, ValueError, KeyError, IndexError) as error:
        return [f"{type(error).__name__}: {error}"]


def prove(folder):
    """Kinds of damage that the checker did not find, and whether it is content with the stores as they are."""
    missed = []

    def attempt(name, code, spoil):
        with tempfile.TemporaryDirectory() as target:
            copy(folder, target)
            if spoil:
                spoil(os.path.join(target, code, "data", "xueji.sqlite"))
            if bool(finds(target)) != bool(spoil):
                missed.append(name)

    def execute(sql):
        def spoil(data):
            with sqlite3.connect(data) as db:
                if db.execute(sql).rowcount < 1:
                    raise ValueError(f"nothing to spoil: {sql}")
        return spoil

    attempt("nothing is wrong", CENTRE, None)
    for name, (code, sql) in STATEMENTS.items():
        attempt(name, code, execute(sql))
    attempt("a file is damaged", next(
        code for code in ("2144000202", "2143000204", "2144000201", "2143000205", "2144000203")
        if os.path.isdir(os.path.join(folder, code, "data", "blobs"))), spoil_file)
    attempt("a signature is wrong", "440113", spoil_signature)
    attempt("a page is damaged", "430104", spoil_page)
    return missed
