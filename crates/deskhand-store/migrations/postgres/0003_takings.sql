-- The twin of the SQLite file of this number, which says what the column is for.
ALTER TABLE writes ADD COLUMN taken_id BIGINT;
CREATE UNIQUE INDEX writes_taken ON writes (connection, target, taken_id) WHERE taken_id IS NOT NULL;
