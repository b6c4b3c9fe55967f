-- Questions to a list that somebody keeps under a name, for themselves or for everybody who works at the same place: a team by its
-- path, an office by its region, the whole district. They hold no rows: what they show is read when they are opened.
CREATE TABLE saved_view (
  tenant_id UUID NOT NULL, id UUID NOT NULL, list TEXT NOT NULL, account_id UUID NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL,
  shared_kind TEXT, shared_scope TEXT, made_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, account_id, list, name),
  CHECK ((shared_kind IS NULL) = (shared_scope IS NULL)), CHECK (shared_kind IS NULL OR shared_kind IN ('tenant', 'region', 'organisation'))
);
CREATE INDEX saved_view_shared ON saved_view (tenant_id, list, shared_kind, shared_scope) WHERE shared_kind IS NOT NULL;
