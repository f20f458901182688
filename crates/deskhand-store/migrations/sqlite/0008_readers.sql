-- Who reads which feed: ingestion jobs by name, and '' for whoever reads by hand. A feed that all have left is begun anew by
-- whoever comes next; and a feed that has not come anywhere yet goes on from the one that its reader read before.
CREATE TABLE readers (
    reader TEXT NOT NULL,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    before_feed_id INTEGER REFERENCES feeds (id),
    before_position TEXT,
    has_left INTEGER NOT NULL,
    PRIMARY KEY (reader, feed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX readers_of_feed ON readers (feed_id);
