-- Questions that somebody keeps under a name. They hold no figure: what they show is reckoned when they are looked at.
CREATE TABLE statistics_view (
  tenant_id UUID NOT NULL, id UUID NOT NULL, account_id UUID NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, account_id, name)
);
