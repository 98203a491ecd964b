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
}
