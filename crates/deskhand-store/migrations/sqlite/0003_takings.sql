-- The record that was found by looking and taken for what a write made: each belongs to one write only. A record that an
-- answer named is in `record_id` alone.
ALTER TABLE writes ADD COLUMN taken_id INTEGER;
CREATE UNIQUE INDEX writes_taken ON writes (connection, target, taken_id) WHERE taken_id IS NOT NULL;
