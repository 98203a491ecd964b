/// Tables of certificates issued here, of keys whose word has ended, and of what was refused at the peers' door.
enum TrustSchema {
    static let migrations: [(name: String, sql: String)] = [("trust-1", """
        -- TLS keys of nodes below that this node has certified, by the fingerprint of the key.
        CREATE TABLE certificate (
          fingerprint BLOB PRIMARY KEY, unit TEXT NOT NULL, generation INTEGER NOT NULL, issued_at INTEGER NOT NULL,
          begins_at INTEGER NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX certificate_unit ON certificate (unit);
        -- What an authority has said of the end of a unit's statement keys.
        CREATE TABLE key_seal (
          act BLOB PRIMARY KEY, unit TEXT NOT NULL, generation INTEGER NOT NULL, issuer TEXT NOT NULL, revoked INTEGER NOT NULL,
          reason TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX key_seal_unit ON key_seal (unit, generation);
        CREATE TABLE key_seal_head (
          act BLOB NOT NULL, incarnation BLOB NOT NULL, audience TEXT NOT NULL, sequence INTEGER NOT NULL, hash BLOB NOT NULL,
          PRIMARY KEY (act, incarnation, audience)) WITHOUT ROWID;
        -- Messages refused at the peers' door: what kind, from whom, how often.
        CREATE TABLE refusal (
          kind TEXT NOT NULL, who TEXT NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
          PRIMARY KEY (kind, who)) WITHOUT ROWID;
        """)]

    static let later: [(name: String, sql: String)] = [("trust-2", """
        -- By which record of the unit a key was enrolled: an authority that the unit has left enrols nothing that is newer than its
        -- present one's.
        ALTER TABLE unit_key ADD COLUMN topology INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE key_seal ADD COLUMN topology INTEGER NOT NULL DEFAULT 0;
        """)]
}
