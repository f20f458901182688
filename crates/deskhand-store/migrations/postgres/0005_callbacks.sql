-- The twin of the SQLite file of this number, which says what the tables are for.
CREATE TABLE callback_connections (
    connection TEXT PRIMARY KEY,
    secret TEXT UNIQUE,
    registered_at BIGINT,
    received BIGINT NOT NULL,
    last_received_at BIGINT,
    unannounced_at BIGINT
);

CREATE TABLE callbacks (
    connection TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    since BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (connection, record_id)
);
CREATE INDEX callbacks_by_age ON callbacks (connection, since, record_id);
