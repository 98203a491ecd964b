import FoundationEssentials
import GRDB
import Protocol

/// What the links need of the journal, for parents with thousands of children.
enum LinkSchema {
    static let migrations: [(name: String, sql: String)] = [("links-1", """
        -- Finds what is addressed to a child without looking at the streams of all others.
        CREATE INDEX stream_audience ON stream (audience);
        -- When each child was last heard of, and up to which position of the journal it had pulled then. For display only:
        -- nothing is sent or left out because of it.
        CREATE TABLE contact (
          unit TEXT PRIMARY KEY, at INTEGER NOT NULL, position INTEGER NOT NULL, version TEXT NOT NULL) WITHOUT ROWID;
        """)]

    /// Appended to the list of all migrations as they came. `envelope_entries` counts the entries of an envelope's bytes.
    static let later: [(name: String, sql: String)] = [("links-2", """
        -- How far a stream is applied at each unit above, and at this one as far as it came from below. Change numbers are those of
        -- `reach`: one series for both tables.
        CREATE TABLE reach_applied (
          stream INTEGER NOT NULL, unit TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, change INTEGER NOT NULL,
          PRIMARY KEY (stream, unit, sequence)) WITHOUT ROWID;
        CREATE INDEX reach_applied_change ON reach_applied (change);
        -- How many entries each envelope holds, beside the bytes so that counting does not read them.
        CREATE TABLE envelope_count (position INTEGER PRIMARY KEY, entries INTEGER NOT NULL);
        INSERT INTO envelope_count SELECT position, envelope_entries(bytes) FROM envelope;
        """)]

    /// What `links-2` counts with; bytes that are no envelope count as one entry.
    static let entryCount = DatabaseFunction("envelope_entries", argumentCount: 1, pure: true) { values in
        guard let bytes = Data.fromDatabaseValue(values[0]), let envelope = try? Envelope(bytes: Array(bytes)) else { return 1 }
        return envelope.count
    }
}
