-- The twin of the SQLite file of this number, which says what the tables are for.

CREATE TABLE definitions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    newest BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    applied_at BIGINT NOT NULL,
    applied_by TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, name, version)
);
CREATE UNIQUE INDEX definitions_newest ON definitions (kind, name) WHERE newest = 1;

CREATE TABLE secrets (
    connection TEXT NOT NULL,
    parameter TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (connection, parameter)
);

CREATE TABLE desk_runs (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'due',
    due_at BIGINT,
    fence BIGINT NOT NULL DEFAULT 0,
    holder TEXT,
    last_seq BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    reason TEXT,
    schedule TEXT,
    playbook TEXT,
    site TEXT NOT NULL,
    plan TEXT NOT NULL,
    cause TEXT NOT NULL,
    given TEXT NOT NULL
);
CREATE INDEX desk_runs_due ON desk_runs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX desk_runs_ended ON desk_runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX desk_runs_newest ON desk_runs (created_at, number);
CREATE INDEX desk_runs_open ON desk_runs (created_at, number) WHERE ended_at IS NULL;
CREATE INDEX desk_runs_troubled ON desk_runs (created_at, number) WHERE outcome <> 'successful';
CREATE INDEX desk_runs_of_schedule ON desk_runs (schedule, created_at, number) WHERE schedule IS NOT NULL;
CREATE INDEX desk_runs_of_playbook ON desk_runs (playbook, created_at, number) WHERE playbook IS NOT NULL;

CREATE TABLE desk_entries (
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (run, seq)
);

CREATE TABLE schedules (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    next_at BIGINT,
    mode TEXT NOT NULL,
    running TEXT,
    failures BIGINT NOT NULL,
    alerted BIGINT NOT NULL
);
CREATE INDEX schedules_due ON schedules (next_at) WHERE mode = 'active' AND next_at IS NOT NULL;

CREATE TABLE occurrences (
    schedule BIGINT NOT NULL,
    due BIGINT NOT NULL,
    last BIGINT NOT NULL,
    times BIGINT NOT NULL,
    fate TEXT NOT NULL,
    at BIGINT NOT NULL,
    run TEXT,
    PRIMARY KEY (schedule, due)
);

ALTER TABLE events ADD COLUMN state BIGINT NOT NULL DEFAULT 1;
CREATE INDEX events_new ON events (id) WHERE state = 0;
CREATE INDEX events_of_run ON events (run_id) WHERE run_id IS NOT NULL;

CREATE TABLE event_changes (
    event_id BIGINT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    turned TEXT NOT NULL,
    words TEXT,
    incident_type TEXT,
    turned_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (event_id, seq)
);
CREATE UNIQUE INDEX event_escalations ON event_changes (event_id, incident_type) WHERE incident_type IS NOT NULL;
