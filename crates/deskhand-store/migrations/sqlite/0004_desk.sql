-- What the desk is, and what it does by itself. Times of these tables are nanoseconds since 1970, so that each comes back
-- as it was put. Kinds, states and outcomes are the engine's words; plans, causes and entries are JSON.

-- Definitions in all their versions. None is ever deleted, so that the highest id rises with every change.
CREATE TABLE definitions (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, name, version)
) STRICT;
CREATE UNIQUE INDEX definitions_newest ON definitions (kind, name) WHERE newest = 1;

-- Secrets of connections, sealed with a key that is not here.
CREATE TABLE secrets (
    connection TEXT NOT NULL,
    parameter TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (connection, parameter)
) STRICT, WITHOUT ROWID;

-- Runs of playbooks, and of what is one step; `runs` is the log of ingestion alone. `due_at` is when a run may be claimed:
-- since it became due, when a wait or another's claim is over, or never by itself. `last_seq` numbers its entries.
CREATE TABLE desk_runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'due',
    due_at INTEGER,
    fence INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    last_seq INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    reason TEXT,
    schedule TEXT,
    playbook TEXT,
    site TEXT NOT NULL,
    plan TEXT NOT NULL,
    cause TEXT NOT NULL,
    given TEXT NOT NULL
) STRICT;
CREATE INDEX desk_runs_due ON desk_runs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX desk_runs_ended ON desk_runs (ended_at) WHERE ended_at IS NOT NULL;
-- For lists, which are the newest first.
CREATE INDEX desk_runs_newest ON desk_runs (created_at);
CREATE INDEX desk_runs_open ON desk_runs (created_at) WHERE ended_at IS NULL;
CREATE INDEX desk_runs_troubled ON desk_runs (created_at) WHERE outcome <> 'successful';
CREATE INDEX desk_runs_of_schedule ON desk_runs (schedule, created_at) WHERE schedule IS NOT NULL;
CREATE INDEX desk_runs_of_playbook ON desk_runs (playbook, created_at) WHERE playbook IS NOT NULL;

-- The journals of runs.
CREATE TABLE desk_entries (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- Where schedules are.
CREATE TABLE schedules (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    next_at INTEGER,
    mode TEXT NOT NULL,
    running TEXT,
    failures INTEGER NOT NULL,
    alerted INTEGER NOT NULL
) STRICT;
CREATE INDEX schedules_due ON schedules (next_at) WHERE mode = 'active' AND next_at IS NOT NULL;

-- What became of due times; one row can stand for several in a row, from `due` to `last`.
CREATE TABLE occurrences (
    schedule INTEGER NOT NULL,
    due INTEGER NOT NULL,
    last INTEGER NOT NULL,
    times INTEGER NOT NULL,
    fate TEXT NOT NULL,
    at INTEGER NOT NULL,
    run TEXT,
    PRIMARY KEY (schedule, due)
) STRICT, WITHOUT ROWID;

-- Where events are in their life: 0 new, 1 open, 2 escalated, 3 dismissed. Those taken before there was a desk are open.
ALTER TABLE events ADD COLUMN state INTEGER NOT NULL DEFAULT 1;
CREATE INDEX events_new ON events (state) WHERE state = 0;
-- When a run of the ingestion's log is forgotten, its events are asked for.
CREATE INDEX events_of_run ON events (run_id) WHERE run_id IS NOT NULL;

-- What became of events after they were taken. An event is linked to one incident of a type.
CREATE TABLE event_changes (
    event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    turned TEXT NOT NULL,
    words TEXT,
    incident_type TEXT,
    turned_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (event_id, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX event_escalations ON event_changes (event_id, incident_type) WHERE incident_type IS NOT NULL;
