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
}
