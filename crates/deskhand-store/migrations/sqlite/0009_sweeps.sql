-- When a feed was last swept, or first read, is asked for however long the log is.
CREATE INDEX runs_of_feed ON runs (feed_id, id);
CREATE INDEX runs_swept ON runs (feed_id, id) WHERE kind = 'sweep' AND outcome = 'successful';
