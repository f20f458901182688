-- The twin of the SQLite file of this number, which says what the tables are for. Whole numbers are BIGINT throughout,
-- so that one program text reads both.

CREATE TABLE scopes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source TEXT NOT NULL,
    connection TEXT NOT NULL,
    site TEXT NOT NULL,
    UNIQUE (source, connection, site)
);

-- `holder_locked` says that the holder's process keeps an advisory lock for as long as it lives.
CREATE TABLE feeds (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope_id BIGINT NOT NULL REFERENCES scopes (id),
    company TEXT NOT NULL,
    filters TEXT NOT NULL,
    position TEXT,
    fence BIGINT NOT NULL DEFAULT 0,
    holder TEXT,
    holder_locked BIGINT NOT NULL DEFAULT 0,
    held_until BIGINT
);
-- Filters can be longer than what an index takes.
CREATE UNIQUE INDEX feeds_once ON feeds (scope_id, company, md5(filters));

CREATE TABLE revisions (
    scope_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    stamp BIGINT NOT NULL,
    settled BIGINT NOT NULL,
    PRIMARY KEY (scope_id, record_id, digest)
);

-- Long keys are here by their digest.
CREATE TABLE event_keys (
    scope_id BIGINT NOT NULL,
    event_key TEXT NOT NULL,
    PRIMARY KEY (scope_id, event_key)
);

CREATE TABLE sources (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE runs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    feed_id BIGINT NOT NULL REFERENCES feeds (id),
    kind TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT NOT NULL,
    taken BIGINT NOT NULL DEFAULT 0,
    set_aside BIGINT NOT NULL DEFAULT 0,
    gone BIGINT NOT NULL DEFAULT 0,
    failure TEXT
);

CREATE TABLE run_dismissals (
    run_id BIGINT NOT NULL REFERENCES runs (id),
    reason BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (run_id, reason)
);

CREATE TABLE events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    feed_id BIGINT NOT NULL REFERENCES feeds (id),
    run_id BIGINT REFERENCES runs (id),
    source_id BIGINT NOT NULL REFERENCES sources (id),
    record_id BIGINT NOT NULL,
    stamp BIGINT NOT NULL,
    taken_at BIGINT NOT NULL,
    because BIGINT NOT NULL,
    raw_length BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX events_by_record ON events (record_id);
-- It is compressed already.
ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE dismissals (
    scope_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    reason BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (scope_id, record_id, reason)
);

CREATE TABLE gone (
    scope_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope_id, record_id)
);

CREATE TABLE quarantine (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    feed_id BIGINT NOT NULL REFERENCES feeds (id),
    record_id BIGINT,
    reason TEXT NOT NULL,
    raw BYTEA,
    times BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX quarantine_once ON quarantine (feed_id, COALESCE(record_id, -1), reason);
