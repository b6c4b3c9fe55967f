-- The next session and its places stand on the activity itself: the public list is one walk through one index.
ALTER TABLE activity ADD COLUMN next_at TIMESTAMPTZ;
ALTER TABLE activity ADD COLUMN next_end TIMESTAMPTZ;
ALTER TABLE activity ADD COLUMN next_places BIGINT;
ALTER TABLE activity ADD COLUMN next_taken BIGINT;
-- Long past, so that the first round of `activities.keep_up` fills them.
UPDATE activity SET next_end = '1970-01-01T00:00:00.000000Z' WHERE state IN ('open', 'running');
CREATE INDEX activity_public ON activity (tenant_id, next_at, id) WHERE state IN ('open', 'running');
