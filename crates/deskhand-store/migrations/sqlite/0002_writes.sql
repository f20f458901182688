-- Writes to the PSA, noted before they are sent. `state` is null while nobody knows what became of one.
CREATE TABLE writes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    key TEXT NOT NULL,
    step TEXT NOT NULL,
    command TEXT NOT NULL,
    target TEXT NOT NULL,
    request TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    marker TEXT,
    state TEXT,
    record_id INTEGER,
    reason TEXT
) STRICT;
CREATE INDEX writes_by_key ON writes (connection, key, step);
CREATE INDEX writes_by_target ON writes (connection, target) WHERE record_id IS NOT NULL;
CREATE INDEX writes_unsettled ON writes (connection) WHERE state IS NULL OR state = 'unknown';
-- One process at a time is at a step.
CREATE UNIQUE INDEX writes_under_way ON writes (connection, key, step) WHERE state IS NULL;

-- What the callers' own keys stand for.
CREATE TABLE write_keys (
    connection TEXT NOT NULL,
    key TEXT NOT NULL,
    command TEXT NOT NULL,
    inputs TEXT NOT NULL,
    PRIMARY KEY (connection, key)
) STRICT, WITHOUT ROWID;
