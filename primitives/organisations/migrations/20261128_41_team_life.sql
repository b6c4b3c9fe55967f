-- A new team waits for the body it will stand under: whoever `level` and `desk_path` name decides until `due_at`, then the
-- one above does (states: waiting -> approved | declined). Whoever applied never decides, by the table itself.
CREATE TABLE team_review (
  tenant_id UUID NOT NULL, organisation_id UUID NOT NULL, region_code TEXT NOT NULL, leader_id UUID,
  level TEXT NOT NULL, desk_path TEXT NOT NULL, state TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, made_by UUID, made_person UUID, made_name TEXT NOT NULL, due_at TIMESTAMPTZ NOT NULL,
  moved_up BIGINT NOT NULL, decided_at TIMESTAMPTZ, decided_by UUID, decided_name TEXT, opinion TEXT,
  PRIMARY KEY (tenant_id, organisation_id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, leader_id) REFERENCES person (tenant_id, id),
  CHECK (level IN ('team', 'town', 'district')), CHECK (state IN ('waiting', 'approved', 'declined')),
  CHECK ((state = 'waiting') = (decided_at IS NULL)),
  CHECK (decided_by IS NULL OR made_by IS NULL OR decided_by <> made_by)
);
CREATE INDEX team_review_due ON team_review (tenant_id, state, due_at);
CREATE INDEX team_review_made ON team_review (tenant_id, made_person, state);

-- Since when a team has done nothing; absent while it works.
ALTER TABLE organisation ADD COLUMN quiet_since DATE;
-- Why a state was changed.
ALTER TABLE organisation_change ADD COLUMN reason TEXT;
