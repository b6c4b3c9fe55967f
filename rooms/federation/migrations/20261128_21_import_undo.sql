-- Taking an import back: who asked for it, how far it is (the job tells while it runs) and what came of it. What became of
-- each object stands in import_change.undone: gone, returned, ended, or the word of why it stays.
CREATE TABLE import_undoing (
  tenant_id UUID NOT NULL, run_id UUID NOT NULL, job_id UUID, counts JSONB NOT NULL,
  made_by UUID, made_by_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, done_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, run_id), FOREIGN KEY (tenant_id, run_id) REFERENCES import_run (tenant_id, id)
);
