import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Records of units that were said to one part of the tree alone: a city that gives a school away or closes it speaks to its own
/// subtree, and elsewhere the school's pupils are judged by the same record.
enum PartialRecords {
    /// Appended to the list of all migrations as they came.
    static let schema: [(name: String, sql: String)] = [("directory-1", """
        -- Whether a record was said to everyone. What came before this was.
        ALTER TABLE unit_version ADD COLUMN everyone INTEGER NOT NULL DEFAULT 1;
        CREATE INDEX unit_version_partial ON unit_version (code, version) WHERE everyone = 0;
        """)]
}

extension Reading {
    /// Records that nobody has said to everyone so far, by unit and version.
    public func partialRecords() throws -> [Unit] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT payload FROM unit_version WHERE everyone = 0 ORDER BY code, version")
        ).compactMap { Payload.unit(Array($0)) }
    }
}
