-- Times are seconds since 1970, those of runs milliseconds. Reasons are numbers, named in the engine.

-- What events are de-duplicated in: an event source of a connection, for a site.
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    connection TEXT NOT NULL,
    site TEXT NOT NULL,
    UNIQUE (source, connection, site)
) STRICT;

-- How far each feed has come, and who works on it. The fence rises with every claim. `holder_locked` says that the
-- holder's process keeps a lock file for as long as it lives.
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY,
    scope_id INTEGER NOT NULL REFERENCES scopes (id),
    company TEXT NOT NULL,
    filters TEXT NOT NULL,
    position TEXT,
    fence INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    holder_locked INTEGER NOT NULL DEFAULT 0,
    held_until INTEGER,
    UNIQUE (scope_id, company, filters)
) STRICT;

-- Every revision that was decided on. Kept when events are pruned, so that none comes again.
CREATE TABLE revisions (
    scope_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    digest BLOB NOT NULL,
    stamp INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    PRIMARY KEY (scope_id, record_id, digest)
) STRICT, WITHOUT ROWID;

-- Values of Unique Event Keys. Kept when events are pruned.
CREATE TABLE event_keys (
    scope_id INTEGER NOT NULL,
    event_key TEXT NOT NULL,
    PRIMARY KEY (scope_id, event_key)
) STRICT, WITHOUT ROWID;

-- The names of the event sources that mapped events.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- The log of runs. Counts rise with each commit.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    kind TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0,
    set_aside INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    failure TEXT
) STRICT;

CREATE TABLE run_dismissals (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    reason INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (run_id, reason)
) STRICT, WITHOUT ROWID;

-- The events. `body` is the record as received and, after its `raw_length` bytes, the mapped fields, compressed together
-- because the fields repeat what is in the record; its first byte says how. Ids are never used twice.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    run_id INTEGER REFERENCES runs (id),
    source_id INTEGER NOT NULL REFERENCES sources (id),
    record_id INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    because INTEGER NOT NULL,
    raw_length INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_record ON events (record_id);

-- How often a record was read and not taken, by reason.
CREATE TABLE dismissals (
    scope_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (scope_id, record_id, reason)
) STRICT, WITHOUT ROWID;

-- Records that a sweep found deleted, converted or moved out of sight, and when. A new revision takes the mark away.
CREATE TABLE gone (
    scope_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (scope_id, record_id)
) STRICT, WITHOUT ROWID;

-- What could not be taken, once for each reason.
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    record_id INTEGER,
    reason TEXT NOT NULL,
    raw BLOB,
    times INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX quarantine_once ON quarantine (feed_id, COALESCE(record_id, -1), reason);
