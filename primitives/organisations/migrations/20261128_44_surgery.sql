-- Where a team went when it was merged into another: old links lead on, and whoever leads the other reads its past.
ALTER TABLE organisation ADD COLUMN successor_id UUID;
CREATE INDEX organisation_successor ON organisation (tenant_id, successor_id) WHERE successor_id IS NOT NULL;
