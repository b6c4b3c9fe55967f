-- One deed for many objects of a list (waiting -> running -> done; done -> undoing -> undone). `items` are those that were ticked, in
-- their order; `done` and `refused` (with the reasons) grow as the job goes on; `undone` and `stays` when it is taken back.
CREATE TABLE bulk_run (
  tenant_id UUID NOT NULL, id UUID NOT NULL, list TEXT NOT NULL, deed TEXT NOT NULL, said TEXT NOT NULL, items JSONB NOT NULL,
  done JSONB NOT NULL, refused JSONB NOT NULL, undone JSONB NOT NULL, stays JSONB NOT NULL, state TEXT NOT NULL, job_id UUID,
  account_id UUID NOT NULL, made_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, done_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  CHECK (state IN ('waiting', 'running', 'done', 'undoing', 'undone'))
);
