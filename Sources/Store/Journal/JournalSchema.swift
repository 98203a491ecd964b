import GRDB

/// Tables of the journal, the directory and the node itself. Statements never change once shipped: a change is a new
/// migration.
enum JournalSchema {
    static let migrations: [(name: String, sql: String)] = [("journal-1", """
        CREATE TABLE node (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        -- One row a stream; sequence and head are the stored copy's.
        CREATE TABLE stream (
          id INTEGER PRIMARY KEY,
          unit TEXT NOT NULL, incarnation BLOB NOT NULL, audience TEXT NOT NULL,
          sequence INTEGER NOT NULL DEFAULT 0, head BLOB,
          UNIQUE (unit, incarnation, audience));
        -- The journal. Position is the order of arrival here; bytes are relayed as they came.
        CREATE TABLE envelope (
          position INTEGER PRIMARY KEY AUTOINCREMENT,
          stream INTEGER NOT NULL REFERENCES stream, sequence INTEGER NOT NULL,
          hash BLOB NOT NULL, source TEXT NOT NULL, stored_at INTEGER NOT NULL, applied_at INTEGER,
          bytes BLOB NOT NULL, UNIQUE (stream, sequence));
        CREATE TABLE unapplied (position INTEGER PRIMARY KEY);
        -- Entries that wait for something they cite, or for a newer program.
        CREATE TABLE parked (
          position INTEGER NOT NULL, slot INTEGER NOT NULL, waits_for TEXT NOT NULL,
          PRIMARY KEY (position, slot)) WITHOUT ROWID;
        CREATE INDEX parked_waits ON parked (waits_for);
        -- Entries on which our own handler failed, and entries that have no effect.
        CREATE TABLE quarantine (
          position INTEGER NOT NULL, slot INTEGER NOT NULL, at INTEGER NOT NULL, error TEXT NOT NULL,
          PRIMARY KEY (position, slot)) WITHOUT ROWID;
        CREATE TABLE void (
          position INTEGER NOT NULL, slot INTEGER NOT NULL, reason TEXT NOT NULL,
          PRIMARY KEY (position, slot)) WITHOUT ROWID;
        -- Envelopes that fork a stream: kept, never applied.
        CREATE TABLE salvage (
          hash BLOB PRIMARY KEY, unit TEXT NOT NULL, sequence INTEGER NOT NULL, source TEXT NOT NULL,
          at INTEGER NOT NULL, bytes BLOB NOT NULL) WITHOUT ROWID;
        -- How far a stream is stored at each unit above.
        CREATE TABLE reach (
          stream INTEGER NOT NULL, unit TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, change INTEGER NOT NULL,
          PRIMARY KEY (stream, unit, sequence)) WITHOUT ROWID;
        CREATE INDEX reach_change ON reach (change);
        CREATE TABLE alarm (code TEXT NOT NULL, subject TEXT NOT NULL, since INTEGER NOT NULL, text TEXT NOT NULL,
          PRIMARY KEY (code, subject)) WITHOUT ROWID;
        -- Statement keys of the units this node hosts. The folder is 0700.
        CREATE TABLE secret (
          unit TEXT PRIMARY KEY, incarnation BLOB NOT NULL, seed BLOB NOT NULL, active INTEGER NOT NULL) WITHOUT ROWID;
        -- The directory: newest record of each unit, and every statement key for ever.
        CREATE TABLE unit (
          code TEXT PRIMARY KEY, name TEXT NOT NULL, tier TEXT NOT NULL, competent TEXT, territorial TEXT,
          closed INTEGER NOT NULL, version INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX unit_competent ON unit (competent);
        CREATE TABLE unit_key (
          unit TEXT NOT NULL, key_id BLOB NOT NULL, public_key BLOB NOT NULL, issuer TEXT NOT NULL,
          generation INTEGER NOT NULL, node TEXT NOT NULL, PRIMARY KEY (unit, key_id)) WITHOUT ROWID;
        -- What the automatic offices have to look at.
        CREATE TABLE errand (office TEXT NOT NULL, subject BLOB NOT NULL, at INTEGER NOT NULL,
          PRIMARY KEY (office, subject)) WITHOUT ROWID;
        """)]
    static let later: [(name: String, sql: String)] = [("journal-2", """
        -- The oldest first, however many wait.
        CREATE INDEX errand_age ON errand (office, at);
        """)]
}
