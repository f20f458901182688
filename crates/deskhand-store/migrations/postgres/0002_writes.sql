-- The twin of the SQLite file of this number, which says what the tables are for.
CREATE TABLE writes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection TEXT NOT NULL,
    key TEXT NOT NULL,
    step TEXT NOT NULL,
    command TEXT NOT NULL,
    target TEXT NOT NULL,
    request TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    marker TEXT,
    state TEXT,
    record_id BIGINT,
    reason TEXT
);
CREATE INDEX writes_by_key ON writes (connection, key, step);
CREATE INDEX writes_by_target ON writes (connection, target) WHERE record_id IS NOT NULL;
CREATE INDEX writes_unsettled ON writes (connection) WHERE state IS NULL OR state = 'unknown';
CREATE UNIQUE INDEX writes_under_way ON writes (connection, key, step) WHERE state IS NULL;

CREATE TABLE write_keys (
    connection TEXT NOT NULL,
    key TEXT NOT NULL,
    command TEXT NOT NULL,
    inputs TEXT NOT NULL,
    PRIMARY KEY (connection, key)
);
