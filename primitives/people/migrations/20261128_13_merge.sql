-- The record that a record was given up for; old links lead there.
ALTER TABLE person ADD COLUMN merged_into_id UUID;
CREATE INDEX person_merged ON person (tenant_id, merged_into_id) WHERE merged_into_id IS NOT NULL;

-- Two records made one (states: merged -> asked -> unmerged, or back to merged when the other officer says no). `fields` came
-- from the one that was given up; `before` is what stood on both, sealed. Whoever asks for two again does not decide it.
CREATE TABLE person_merge (
  tenant_id UUID NOT NULL, id UUID NOT NULL, kept_id UUID NOT NULL, gone_id UUID NOT NULL, fields JSONB NOT NULL,
  before BYTEA NOT NULL, state TEXT NOT NULL, made_by UUID, made_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL,
  asked_by UUID, asked_person UUID, asked_name TEXT, asked_at TIMESTAMPTZ, reason TEXT,
  decided_by UUID, decided_name TEXT, decided_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, kept_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, gone_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('merged', 'asked', 'unmerged')),
  CHECK (state <> 'unmerged' OR decided_by <> asked_by)
);
CREATE INDEX person_merge_kept ON person_merge (tenant_id, kept_id);
CREATE INDEX person_merge_gone ON person_merge (tenant_id, gone_id);
CREATE INDEX person_merge_asked ON person_merge (tenant_id, asked_at) WHERE state = 'asked';
