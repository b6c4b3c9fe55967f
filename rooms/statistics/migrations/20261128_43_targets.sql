-- What a town means to reach in a year. Hours are minutes here, as everywhere.
CREATE TABLE statistics_target (
  tenant_id UUID NOT NULL, year BIGINT NOT NULL, metric TEXT NOT NULL, town TEXT NOT NULL, goal BIGINT NOT NULL,
  set_by TEXT NOT NULL, set_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, year, metric, town), CHECK (goal > 0)
);
