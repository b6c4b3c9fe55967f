-- An unattended screen: its address is a token that reads this one page and nothing else; only the token's hash is kept.
CREATE TABLE wall_screen (
  tenant_id UUID NOT NULL, id UUID NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, token_hash TEXT NOT NULL,
  region_code TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, token_hash), CHECK (kind IN ('lamps'))
);
