-- A leader asks somebody into a team; the person says yes or no until `ends_at` (states: open -> accepted | declined).
-- A row without a person is an ask that reached nobody: it counts among the leader's asks of a day and is then forgotten.
CREATE TABLE invitation (
  tenant_id UUID NOT NULL, id UUID NOT NULL, organisation_id UUID NOT NULL, person_id UUID, state TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL, made_by UUID, made_person UUID, answered_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('open', 'accepted', 'declined')),
  CHECK ((state = 'open') = (answered_at IS NULL))
);
CREATE INDEX invitation_person ON invitation (tenant_id, person_id, ends_at);
CREATE INDEX invitation_made ON invitation (tenant_id, made_by, made_at);
