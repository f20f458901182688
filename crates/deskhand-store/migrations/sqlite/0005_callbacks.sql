-- What is known of each connection's callbacks. `secret` is the part of their address that nobody can guess; `received`
-- counts those that were believed. `unannounced_at` is since when polls have been bringing changes that no callback
-- announced.
CREATE TABLE callback_connections (
    connection TEXT PRIMARY KEY,
    secret TEXT UNIQUE,
    registered_at INTEGER,
    received INTEGER NOT NULL,
    last_received_at INTEGER,
    unannounced_at INTEGER
) STRICT, WITHOUT ROWID;

-- Records that were announced and wait to be looked at. `number` is what `received` was at the latest announcement, so
-- that it never comes twice.
CREATE TABLE callbacks (
    connection TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    since INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (connection, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX callbacks_by_age ON callbacks (connection, since, record_id);
