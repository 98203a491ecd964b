import FoundationEssentials
import GRDB
import Protocol

/// Tables of the facts about dossiers and of what follows from them.
enum DossierSchema {
    static let migrations: [(name: String, sql: String)] = [("dossier-1", """
        CREATE TABLE step (
          hash BLOB PRIMARY KEY, dossier BLOB NOT NULL, act BLOB NOT NULL,
          stream INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX step_dossier ON step (dossier);
        -- Supplements, verdicts, numbers, answers: kind is the entry's.
        CREATE TABLE word (
          dossier BLOB NOT NULL, kind INTEGER NOT NULL, writer TEXT NOT NULL, position INTEGER NOT NULL,
          payload BLOB NOT NULL, PRIMARY KEY (dossier, kind, writer, position)) WITHOUT ROWID;
        -- The dossier as folded. `folded` rises with each change of the row.
        CREATE TABLE dossier (
          id BLOB PRIMARY KEY, home TEXT NOT NULL, class TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
          sex TEXT NOT NULL, birth TEXT NOT NULL, id_type TEXT NOT NULL, id_number TEXT NOT NULL,
          state TEXT NOT NULL, holder TEXT, problems TEXT NOT NULL, provisional TEXT, formal TEXT,
          head BLOB, key_digest BLOB, entered_at INTEGER NOT NULL, folded INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX dossier_home ON dossier (home, state);
        CREATE INDEX dossier_class ON dossier (home, class);
        CREATE INDEX dossier_name ON dossier (name_key);
        CREATE INDEX dossier_id_number ON dossier (id_number) WHERE id_number <> '';
        CREATE INDEX dossier_holder ON dossier (holder, state);
        -- Uniqueness over all time, deleted ones included (Q44). Filled by the centre's word and by approvals.
        CREATE TABLE number (
          number TEXT PRIMARY KEY, dossier BLOB NOT NULL, step BLOB) WITHOUT ROWID;
        CREATE INDEX number_dossier ON number (dossier);
        -- Release gate, at the centre alone: formal numbers that no child is known to have stored yet.
        CREATE TABLE unreleased_number (
          dossier BLOB PRIMARY KEY, unit TEXT NOT NULL, incarnation BLOB NOT NULL, audience TEXT NOT NULL,
          sequence INTEGER NOT NULL) WITHOUT ROWID;
        -- Newest word of each province about which tier's verdict suffices; kept by the policy projection.
        CREATE TABLE sufficient_verdict (unit TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """)]

    /// Appended to the list of all migrations as they came.
    static let later: [(name: String, sql: String)] = [("problems-1", """
        -- Where the case stands that the dossier is in; empty while it is in none.
        ALTER TABLE dossier ADD COLUMN open_case TEXT NOT NULL DEFAULT '';
        CREATE INDEX dossier_open_case ON dossier (holder, open_case) WHERE open_case <> '';
        """), ("override-1", """
        -- What the last step tells of its time, for limits that policies set; and whether an override was asked for after it.
        ALTER TABLE dossier ADD COLUMN held_since INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE dossier ADD COLUMN requested INTEGER NOT NULL DEFAULT 0;
        UPDATE dossier SET held_since = coalesce((SELECT step_time(payload) FROM step WHERE hash = dossier.head), 0);
        CREATE INDEX dossier_held ON dossier (state, held_since) WHERE state IN ('submitted', 'returned');
        CREATE INDEX dossier_case_held ON dossier (open_case, held_since) WHERE open_case <> '';
        CREATE INDEX dossier_requested ON dossier (requested) WHERE requested = 1;
        """), ("proposal-1", """
        -- Changes of problem records that were under way before their proposals were checked: the desk has to speak about them.
        INSERT OR IGNORE INTO errand (office, subject, at)
          SELECT 'duplicates', id, 0 FROM dossier WHERE open_case IN ('changePrepared', 'changeSubmitted');
        """), ("roll_changes_1", """
        -- Where the pupil stands on the roll, until when (YYYYMMDD) where that ends, and the kind of the roll change that is under way.
        ALTER TABLE dossier ADD COLUMN status TEXT NOT NULL DEFAULT 'present';
        ALTER TABLE dossier ADD COLUMN status_until TEXT NOT NULL DEFAULT '';
        ALTER TABLE dossier ADD COLUMN open_change TEXT NOT NULL DEFAULT '';
        CREATE INDEX dossier_status ON dossier (status, status_until) WHERE status <> 'present';
        """), ("dossier_counts_1", """
        -- How many dossiers stand how in each school: what pages and reports would otherwise count in the table itself, each time.
        -- `problems` is empty or `any`; `letter` begins the number. Kept by the table's own triggers, so that no writer can forget it.
        CREATE TABLE dossier_count (
          home TEXT NOT NULL, state TEXT NOT NULL, status TEXT NOT NULL, problems TEXT NOT NULL, letter TEXT NOT NULL,
          n INTEGER NOT NULL, PRIMARY KEY (home, state, status, problems, letter)) WITHOUT ROWID;
        INSERT INTO dossier_count
          SELECT home, state, status, iif(problems = '', '', 'any'), substr(coalesce(formal, provisional, ''), 1, 1), count(*)
          FROM dossier GROUP BY 1, 2, 3, 4, 5;
        CREATE TRIGGER dossier_counted AFTER INSERT ON dossier BEGIN
          INSERT INTO dossier_count VALUES (
            NEW.home, NEW.state, NEW.status, iif(NEW.problems = '', '', 'any'), substr(coalesce(NEW.formal, NEW.provisional, ''), 1, 1), 1)
          ON CONFLICT DO UPDATE SET n = n + 1;
        END;
        CREATE TRIGGER dossier_uncounted AFTER DELETE ON dossier BEGIN
          UPDATE dossier_count SET n = n - 1 WHERE home = OLD.home AND state = OLD.state AND status = OLD.status
            AND problems = iif(OLD.problems = '', '', 'any') AND letter = substr(coalesce(OLD.formal, OLD.provisional, ''), 1, 1);
          DELETE FROM dossier_count WHERE home = OLD.home AND state = OLD.state AND n = 0;
        END;
        CREATE TRIGGER dossier_recounted AFTER UPDATE OF home, state, status, problems, formal, provisional ON dossier
        WHEN (OLD.home, OLD.state, OLD.status, OLD.problems = '', substr(coalesce(OLD.formal, OLD.provisional, ''), 1, 1))
          IS NOT (NEW.home, NEW.state, NEW.status, NEW.problems = '', substr(coalesce(NEW.formal, NEW.provisional, ''), 1, 1))
        BEGIN
          UPDATE dossier_count SET n = n - 1 WHERE home = OLD.home AND state = OLD.state AND status = OLD.status
            AND problems = iif(OLD.problems = '', '', 'any') AND letter = substr(coalesce(OLD.formal, OLD.provisional, ''), 1, 1);
          DELETE FROM dossier_count WHERE home = OLD.home AND state = OLD.state AND n = 0;
          INSERT INTO dossier_count VALUES (
            NEW.home, NEW.state, NEW.status, iif(NEW.problems = '', '', 'any'), substr(coalesce(NEW.formal, NEW.provisional, ''), 1, 1), 1)
          ON CONFLICT DO UPDATE SET n = n + 1;
        END;
        -- Lists by state and of problem records read these alone: most dossiers are enrolled and have none.
        CREATE INDEX dossier_under_way ON dossier (state) WHERE state NOT IN ('enrolled', 'deleted');
        CREATE INDEX dossier_problem ON dossier (home) WHERE problems <> '';
        """)]

    /// What `override-1` reads the time of a step with, seconds since 1970; 0 for bytes that are no step.
    static let stepTime = DatabaseFunction("step_time", argumentCount: 1, pure: true) { values in
        Data.fromDatabaseValue(values[0]).flatMap { Payload.step(Array($0))?.at } ?? 0
    }
}
