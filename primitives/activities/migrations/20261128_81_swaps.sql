-- Place against place: whoever asks gives a place of theirs for one that somebody offers. Done both or none.
CREATE TABLE signup_swap (
  tenant_id UUID NOT NULL, id UUID NOT NULL, wanted_id UUID NOT NULL, given_id UUID NOT NULL, state TEXT NOT NULL,
  wanted_ok BOOLEAN NOT NULL, given_ok BOOLEAN NOT NULL, made_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, wanted_id) REFERENCES signup (tenant_id, id),
  FOREIGN KEY (tenant_id, given_id) REFERENCES signup (tenant_id, id),
  CHECK (state IN ('asked', 'agreed', 'done', 'declined', 'withdrawn')), CHECK (wanted_id <> given_id)
);
CREATE UNIQUE INDEX signup_swap_once ON signup_swap (tenant_id, wanted_id, given_id) WHERE state IN ('asked', 'agreed');
CREATE INDEX signup_swap_given ON signup_swap (tenant_id, given_id);
