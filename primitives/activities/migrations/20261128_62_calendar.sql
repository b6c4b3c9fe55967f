-- The private address of a person's calendar: only a hash of it is kept.
CREATE TABLE calendar_feed (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, token_hash TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX calendar_feed_person ON calendar_feed (tenant_id, person_id);
