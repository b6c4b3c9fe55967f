-- Somebody asks to join a team; a leader or the desk accepts or declines (states: applied -> accepted | declined).
CREATE TABLE join_request (
  tenant_id UUID NOT NULL, id UUID NOT NULL, organisation_id UUID NOT NULL, person_id UUID NOT NULL, state TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL, decided_at TIMESTAMPTZ, decided_by UUID, decided_name TEXT, opinion TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('applied', 'accepted', 'declined')),
  CHECK ((state = 'applied') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX join_request_open ON join_request (tenant_id, organisation_id, person_id) WHERE state = 'applied';
CREATE INDEX join_request_due ON join_request (tenant_id, state, due_at);

-- Which notice somebody agreed to, and when.
CREATE TABLE join_consent (
  tenant_id UUID NOT NULL, person_id UUID NOT NULL, notice TEXT NOT NULL, agreed_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, person_id, notice),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

-- How often an address registered somebody in its present hour; a keyed hash of the address.
CREATE TABLE join_try (
  tenant_id UUID NOT NULL, address TEXT NOT NULL, since TIMESTAMPTZ NOT NULL, tries BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, address)
);
