"""Reads the stores of stopped nodes: SQLite files, envelopes, signatures. Shares no code with the program.

Needs python3 alone. Signatures are verified with the package `cryptography` where it is installed, else with OpenSSL's
libcrypto; where neither is there they are not verified, and the counts say so.
"""

import ctypes
import ctypes.util
import hashlib
import os
import sqlite3

CENTRE = "000000"


# --- Protocol buffers, as far as the shell of an envelope and the payload of a step need them ------------------------

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


# --- Signatures -----------------------------------------------------------------------------------------------------

def ed25519_by_package():
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    def verify(key, signature, message):
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            return True
        except InvalidSignature:
            return False
    return verify


def ed25519_by_openssl():
    library = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    library.EVP_PKEY_new_raw_public_key.restype = ctypes.c_void_p
    library.EVP_PKEY_new_raw_public_key.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.EVP_PKEY_free.argtypes = [ctypes.c_void_p]
    library.EVP_MD_CTX_new.restype = ctypes.c_void_p
    library.EVP_MD_CTX_free.argtypes = [ctypes.c_void_p]
    library.EVP_DigestVerifyInit.argtypes = [ctypes.c_void_p] * 5
    library.EVP_DigestVerify.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    ed25519 = 1087  # NID_ED25519

    def verify(key, signature, message):
        handle, context = library.EVP_PKEY_new_raw_public_key(ed25519, None, key, len(key)), library.EVP_MD_CTX_new()
        try:
            return bool(handle) and library.EVP_DigestVerifyInit(context, None, None, None, handle) == 1 \
                and library.EVP_DigestVerify(context, signature, len(signature), message, len(message)) == 1
        finally:
            library.EVP_MD_CTX_free(context)
            library.EVP_PKEY_free(handle)
    return verify


def ed25519_verifier():
    """A function (key, signature, message) -> bool; None where this machine has no means."""
    for make in (ed25519_by_package, ed25519_by_openssl):
        try:
            return make()
        except (ImportError, OSError, AttributeError):
            continue
    return None


VERIFY = ed25519_verifier()


# --- A store --------------------------------------------------------------------------------------------------------

class Store:
    """One node's store, read-only, with its dossiers."""

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

    def steps(self):
        """Dossier to the kinds of its steps."""
        found = {}
        for row in self.db.execute("SELECT dossier, payload FROM step"):
            found.setdefault(bytes(row["dossier"]), []).append(fields(bytes(row["payload"])).get(3, b"").decode())
        return found


def number_of(row):
    return row["formal"] or row["provisional"] or ""


def line(row):
    return f"{row['id'].hex()}\t{(row['head'] or b'').hex()}\t{row['state']}\t{number_of(row)}\n".encode()


def digest(rows):
    return hashlib.sha256(b"".join(sorted(line(row) for row in rows))).hexdigest()


def check_character(digits):
    """Mod 11-2 of GB 11643."""
    return "10X98765432"[sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(digits)) % 11]


# --- Checks of stores that hold for any tree ------------------------------------------------------------------------

class Inspection:
    """Collects what is wrong with stores; `units` maps a code to its `competent` unit and the `node` that hosts it."""

    def __init__(self, folder, units):
        self.units = units
        self.faults = []
        self.envelopes = 0
        self.signatures = 0
        self.stores = {code: Store(folder, code) for code, unit in units.items() if unit["node"] == code}

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

    def rows(self, store, subtree):
        return [row for row in store.dossiers.values() if subtree in self.path(row["home"])]

    def check_file(self, store):
        verdict = store.db.execute("PRAGMA integrity_check").fetchone()[0]
        self.must(verdict == "ok", f"{store.unit}: integrity check says {verdict}")
        for table in ("unapplied", "parked", "quarantine", "salvage"):
            number = store.count(table)
            self.must(number == 0, f"{store.unit}: {number} rows in {table}")
        for row in store.db.execute("SELECT v.reason, s.unit FROM void v JOIN envelope e ON e.position = v.position JOIN stream s ON s.id = e.stream"):
            self.must(self.is_excused(row["unit"], row["reason"]), f"{store.unit}: an entry of {row['unit']} is void: {row['reason']}")

    def is_excused(self, writer, reason):
        """Whether an entry may be void; for trees in which something moves."""
        return False

    def is_left_behind(self, unit, parent, name, head):
        """Whether a node may hold a stream otherwise than its parent; for trees in which something moves."""
        return False

    def check_journal(self, store):
        """Every stream is one chain of headers without gaps, signed by a key of its writer."""
        keys = {bytes(row["key_id"]): (row["unit"], bytes(row["public_key"]))
                for row in store.db.execute("SELECT unit, key_id, public_key FROM unit_key")}
        for key_id, (_, key) in keys.items():
            self.must(hashlib.sha256(key).digest()[:8] == key_id, f"{store.unit}: key id {key_id.hex()} is not its key's")
        streams = store.db.execute("SELECT id, unit, incarnation, audience, sequence, head FROM stream").fetchall()
        for stream in streams:
            self.check_stream(store, stream, keys)

    def check_stream(self, store, stream, keys):
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
        if VERIFY is None or key is None:
            return
        if VERIFY(key, signature, b"xueji envelope 1\n" + header_bytes):
            self.signatures += 1
        else:
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
                    self.stores[parent].heads.get(name) == head or self.is_left_behind(store.unit, parent, name, head),
                    f"{parent}: stream {name[0]} {name[2]} stands elsewhere than at {store.unit}")

    def check_path(self, code):
        """Every node on the path of a unit holds the same dossiers of its subtree, in the same state."""
        reference = self.rows(self.stores[self.units[code]["node"]], code)
        wanted = digest(reference)
        for above in sorted({self.units[one]["node"] for one in self.path(code)}):
            rows = self.rows(self.stores[above], code)
            if digest(rows) == wanted:
                continue
            other = {row["id"]: line(row) for row in rows}
            for row in reference:
                self.must(other.pop(row["id"], None) == line(row), f"{above}: dossier {row['id'].hex()} of {code} differs")
            self.must(not other, f"{above}: {len(other)} dossiers of {code} that its own node does not have")
