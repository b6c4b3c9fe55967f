-- Somebody says that a record is theirs that another made (states: waiting -> approved | declined). A row without a person is
-- one that fits nobody: it is made all the same, so that nothing tells the two apart. The link itself is not kept, only its hash.
CREATE TABLE record_claim (
  tenant_id UUID NOT NULL, id UUID NOT NULL, token_hash TEXT NOT NULL, person_id UUID, by_phone BOOLEAN NOT NULL, state TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL,
  decided_at TIMESTAMPTZ, decided_by UUID, decided_name TEXT,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('waiting', 'approved', 'declined')), CHECK ((state = 'waiting') = (decided_at IS NULL))
);
CREATE INDEX record_claim_due ON record_claim (tenant_id, state, due_at);
