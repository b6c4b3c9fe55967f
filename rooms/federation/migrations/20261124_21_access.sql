-- A one-time link that opens an account for somebody who is on record without one (states: open -> used | ended | dead).
-- The link itself is not kept, only its hash. `leads` are the teams whose leading whoever gave it may pass on.
CREATE TABLE access_slip (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, token_hash TEXT NOT NULL, state TEXT NOT NULL,
  tries BIGINT NOT NULL, leads JSONB NOT NULL, made_at TIMESTAMPTZ NOT NULL, made_by TEXT NOT NULL, made_account UUID,
  ends_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('open', 'used', 'ended', 'dead'))
);
CREATE UNIQUE INDEX access_slip_token ON access_slip (tenant_id, token_hash);
CREATE UNIQUE INDEX access_slip_open ON access_slip (tenant_id, person_id) WHERE state = 'open';
