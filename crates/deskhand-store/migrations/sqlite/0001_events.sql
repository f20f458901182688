-- What events are de-duplicated in: an event source of a connection, for a site.
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    connection TEXT NOT NULL,
    site TEXT NOT NULL,
    UNIQUE (source, connection, site)
);

-- How far each feed has come, and who works on it. The fence rises with every claim.
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY,
    scope_id INTEGER NOT NULL REFERENCES scopes (id),
    company TEXT NOT NULL,
    filters TEXT NOT NULL,
    position TEXT,
    fence INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    held_until INTEGER,
    UNIQUE (scope_id, company, filters)
);

-- Every revision that became an event. Kept when events are pruned.
CREATE TABLE revisions (
    scope_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    digest BLOB NOT NULL,
    stamp INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (scope_id, record_id, digest)
) WITHOUT ROWID;

-- Values of Unique Event Keys. Kept when events are pruned.
CREATE TABLE event_keys (
    scope_id INTEGER NOT NULL,
    event_key TEXT NOT NULL,
    PRIMARY KEY (scope_id, event_key)
) WITHOUT ROWID;

-- The events. `raw` and `fields` are compressed: the first byte says how.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    record_id INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    run_id TEXT NOT NULL,
    raw_length INTEGER NOT NULL,
    raw BLOB NOT NULL,
    fields BLOB NOT NULL
);
CREATE INDEX events_by_record ON events (record_id);

-- How often a record was read and not taken, by reason.
CREATE TABLE dismissals (
    scope_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (scope_id, record_id, reason)
) WITHOUT ROWID;

-- Records that a sweep found deleted or converted, by when.
CREATE TABLE gone (
    scope_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (scope_id, record_id)
) WITHOUT ROWID;

-- What could not be taken, with its reason.
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL,
    record_id INTEGER,
    reason TEXT NOT NULL,
    raw BLOB,
    at INTEGER NOT NULL
);

-- The log of runs.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    feed_id INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    report TEXT NOT NULL
);
