/// Tables of attachments and of the blobs that they name.
enum BlobSchema {
    static let migrations: [(name: String, sql: String)] = [("blob-1", """
        -- What the home schools have stated; follows from the journal.
        CREATE TABLE attachment (
          dossier BLOB NOT NULL, hash BLOB NOT NULL, writer TEXT NOT NULL, size INTEGER NOT NULL, payload BLOB NOT NULL,
          PRIMARY KEY (dossier, hash, writer)) WITHOUT ROWID;
        CREATE INDEX attachment_hash ON attachment (hash);
        CREATE INDEX attachment_writer ON attachment (writer);
        -- Blobs whose file lies whole in the folder. `keep_until` is set for one that was fetched for somebody to look at.
        CREATE TABLE blob (hash BLOB PRIMARY KEY, size INTEGER NOT NULL, stored_at INTEGER NOT NULL, keep_until INTEGER)
          WITHOUT ROWID;
        -- Blobs that this node is to have and lacks, once for each school that attached them.
        CREATE TABLE blob_want (
          hash BLOB NOT NULL, home TEXT NOT NULL, size INTEGER NOT NULL, since INTEGER NOT NULL, urgent INTEGER NOT NULL,
          not_before INTEGER NOT NULL, PRIMARY KEY (hash, home)) WITHOUT ROWID;
        CREATE INDEX blob_want_home ON blob_want (home, urgent, since);
        """)]

    /// Appended to the list of all migrations as they came.
    static let later: [(name: String, sql: String)] = [("blob-2", """
        -- Attachments that the home schools have taken back; follows from the journal.
        CREATE TABLE attachment_withdrawal (
          dossier BLOB NOT NULL, hash BLOB NOT NULL, writer TEXT NOT NULL, payload BLOB NOT NULL,
          PRIMARY KEY (dossier, hash, writer)) WITHOUT ROWID;
        CREATE INDEX attachment_withdrawal_hash ON attachment_withdrawal (hash);
        """)]
}
