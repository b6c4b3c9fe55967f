-- A wish to take many people out in full, and what another officer said to it (waiting -> approved | refused; approved ->
-- fetched). `scope` is the region that whoever decides must hold whole. Two different accounts, by the table itself.
CREATE TABLE people_export (
  tenant_id UUID NOT NULL, id UUID NOT NULL, filter JSONB NOT NULL, scope TEXT NOT NULL, format TEXT NOT NULL,
  reason TEXT NOT NULL, row_count BIGINT NOT NULL, state TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, made_by UUID NOT NULL, made_person UUID, made_name TEXT NOT NULL, due_at TIMESTAMPTZ NOT NULL,
  decided_at TIMESTAMPTZ, decided_by UUID, decided_name TEXT, opinion TEXT, ends_at TIMESTAMPTZ, fetched_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  CHECK (state IN ('waiting', 'approved', 'refused', 'fetched')), CHECK (format IN ('csv', 'xlsx')),
  CHECK ((state = 'waiting') = (decided_by IS NULL)), CHECK (decided_by IS NULL OR decided_by <> made_by)
);
CREATE INDEX people_export_state ON people_export (tenant_id, state, due_at);
