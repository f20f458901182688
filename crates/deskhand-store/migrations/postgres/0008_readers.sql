-- The twin of the SQLite file of this number, which says what the table is for.
CREATE TABLE readers (
    reader TEXT NOT NULL,
    feed_id BIGINT NOT NULL REFERENCES feeds (id),
    before_feed_id BIGINT REFERENCES feeds (id),
    before_position TEXT,
    has_left BIGINT NOT NULL,
    PRIMARY KEY (reader, feed_id)
);
CREATE INDEX readers_of_feed ON readers (feed_id);
