-- One upload of a roster, from the file to what came of it. `counts` is what the preview found, `written` what the finished
-- parts wrote; the file itself lies sealed in `file` until it is written or given up.
CREATE TABLE import_run (
  tenant_id UUID NOT NULL, id UUID NOT NULL, kind TEXT NOT NULL, file_id UUID, file_name TEXT NOT NULL, source_key TEXT NOT NULL,
  mapping JSONB NOT NULL, columns JSONB NOT NULL, notes JSONB NOT NULL, bounds JSONB NOT NULL, state TEXT NOT NULL,
  row_count BIGINT NOT NULL, counts JSONB NOT NULL, written JSONB NOT NULL, result_file_id UUID, job_id UUID,
  made_by UUID, made_by_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, done_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  CHECK (kind IN ('volunteers', 'teams', 'regions')),
  CHECK (state IN ('uploaded', 'previewed', 'running', 'done', 'undone', 'cancelled', 'failed'))
);
CREATE INDEX import_run_made ON import_run (tenant_id, made_at, id);

-- Why a cell was not taken; what stands in it is masked.
CREATE TABLE import_refusal (
  tenant_id UUID NOT NULL, run_id UUID NOT NULL, seq BIGINT NOT NULL, sheet TEXT NOT NULL, line BIGINT NOT NULL,
  field TEXT NOT NULL, reason TEXT NOT NULL, shown TEXT NOT NULL, other_sheet TEXT, other_line BIGINT,
  PRIMARY KEY (tenant_id, run_id, seq), FOREIGN KEY (tenant_id, run_id) REFERENCES import_run (tenant_id, id)
);

-- What a clerk said of the columns of a source, by the signature of its headings.
CREATE TABLE import_mapping (
  tenant_id UUID NOT NULL, kind TEXT NOT NULL, source_key TEXT NOT NULL, mapping JSONB NOT NULL, used_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, kind, source_key)
);

-- What a run made or changed, enough to take it back: fields with what stood there and what was put, memberships begun.
-- Numbers of documents are never among them.
CREATE TABLE import_change (
  tenant_id UUID NOT NULL, run_id UUID NOT NULL, object_kind TEXT NOT NULL, object_id UUID NOT NULL, deed TEXT NOT NULL,
  detail JSONB NOT NULL, undone TEXT,
  PRIMARY KEY (tenant_id, run_id, object_kind, object_id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES import_run (tenant_id, id),
  CHECK (object_kind IN ('person', 'organisation')), CHECK (deed IN ('created', 'updated', 'joined'))
);
