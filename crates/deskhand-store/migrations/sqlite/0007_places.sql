-- The server and the account that a write was sent to: whichever connections lead there, a record belongs to one write.
-- What is older is known by its connection alone, which stands for the place until such a write ends.
ALTER TABLE writes ADD COLUMN place TEXT NOT NULL DEFAULT '';
UPDATE writes SET place = connection;
DROP INDEX writes_by_target;
CREATE INDEX writes_by_target ON writes (place, target) WHERE record_id IS NOT NULL;
DROP INDEX writes_unsettled;
CREATE INDEX writes_unsettled ON writes (place) WHERE state IS NULL OR state = 'unknown';
DROP INDEX writes_taken;
CREATE UNIQUE INDEX writes_taken ON writes (place, target, taken_id) WHERE taken_id IS NOT NULL;
