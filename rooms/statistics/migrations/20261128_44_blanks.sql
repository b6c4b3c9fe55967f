-- Forms of others that are filled from the figures: the file as it came, and which cell gets what.
CREATE TABLE statistics_blank (
  tenant_id UUID NOT NULL, id UUID NOT NULL, name TEXT NOT NULL, file_id UUID NOT NULL, bindings TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, made_name TEXT NOT NULL, changed_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX statistics_blank_name ON statistics_blank (tenant_id, name, id) WHERE ended_at IS NULL;
