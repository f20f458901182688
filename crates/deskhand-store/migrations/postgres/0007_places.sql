-- The twin of the SQLite file of this number, which says what the column is for.
ALTER TABLE writes ADD COLUMN place TEXT NOT NULL DEFAULT '';
UPDATE writes SET place = connection;
DROP INDEX writes_by_target;
CREATE INDEX writes_by_target ON writes (place, target) WHERE record_id IS NOT NULL;
DROP INDEX writes_unsettled;
CREATE INDEX writes_unsettled ON writes (place) WHERE state IS NULL OR state = 'unknown';
DROP INDEX writes_taken;
CREATE UNIQUE INDEX writes_taken ON writes (place, target, taken_id) WHERE taken_id IS NOT NULL;
