/// Tables of recovery: which units wait for their old streams, and which quarantined entries were given up.
enum RecoverySchema {
    static let migrations: [(name: String, sql: String)] = [("recovery-1", """
        -- Hosted units whose store went back in time: until their old streams are here again they take in new pupils only.
        CREATE TABLE recovering (unit TEXT PRIMARY KEY, since INTEGER NOT NULL, cause TEXT NOT NULL) WITHOUT ROWID;
        -- Quarantined entries that an operator has given up on this node, with the reason.
        CREATE TABLE dropped (
          position INTEGER NOT NULL, slot INTEGER NOT NULL, at INTEGER NOT NULL, account TEXT NOT NULL, reason TEXT NOT NULL,
          PRIMARY KEY (position, slot)) WITHOUT ROWID;
        """)]

    /// Appended to the list of all migrations as they came.
    static let later: [(name: String, sql: String)] = [("recovery-2", """
        -- When nothing was left to do with a lost envelope: its acts are written again, or its writer has been sent it.
        ALTER TABLE salvage ADD COLUMN settled_at INTEGER;
        -- Later entries of a dossier wait for its quarantined one.
        ALTER TABLE quarantine ADD COLUMN dossier BLOB;
        CREATE INDEX quarantine_dossier ON quarantine (dossier) WHERE dossier IS NOT NULL;
        -- Streams of which too much failed: stored and relayed, not applied until an operator says so.
        CREATE TABLE paused_stream (stream INTEGER PRIMARY KEY, since INTEGER NOT NULL);
        -- What nodes say to have given up, this one among them.
        CREATE TABLE given_up (
          entry_hash BLOB NOT NULL, unit TEXT NOT NULL, writer TEXT NOT NULL, incarnation BLOB NOT NULL, audience TEXT NOT NULL,
          sequence INTEGER NOT NULL, slot INTEGER NOT NULL, dossier BLOB, reason TEXT NOT NULL, at INTEGER NOT NULL,
          PRIMARY KEY (entry_hash, unit)) WITHOUT ROWID;
        CREATE INDEX given_up_dossier ON given_up (dossier) WHERE dossier IS NOT NULL;
        -- Every record of each unit: steps are judged by the one they name.
        CREATE TABLE unit_version (
          code TEXT NOT NULL, version INTEGER NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (code, version)) WITHOUT ROWID;
        INSERT INTO unit_version SELECT code, version, payload FROM unit;
        -- Where nodes are reached by those below, and where units were moved to.
        CREATE TABLE node_address (unit TEXT PRIMARY KEY, address TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE unit_move (
          unit TEXT PRIMARY KEY, from_unit TEXT NOT NULL, to_unit TEXT NOT NULL, version INTEGER NOT NULL, address TEXT NOT NULL,
          at INTEGER NOT NULL) WITHOUT ROWID;
        """)]
}
