-- What many connections need: records of theirs can have the same numbers, and the log of runs is long.

-- A record's events are asked for by the feeds that took them.
CREATE INDEX events_by_record_of_feed ON events (record_id, feed_id);
DROP INDEX events_by_record;

-- Whoever begins a run looks for one of the same feed that has not ended.
CREATE INDEX runs_under_way ON runs (feed_id) WHERE outcome = 'running';
