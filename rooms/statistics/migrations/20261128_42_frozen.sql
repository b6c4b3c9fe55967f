-- A report as it was told on a day: its figures stay as they were. There is no verb that changes or removes one, and the line
-- of the trace that was left when it was frozen holds the digest of its figures.
CREATE TABLE frozen_report (
  tenant_id UUID NOT NULL, id UUID NOT NULL, name TEXT NOT NULL, first_month TEXT NOT NULL, last_month TEXT NOT NULL,
  grouped TEXT NOT NULL, region_code TEXT NOT NULL, team TEXT NOT NULL, organisation_path TEXT NOT NULL, kind TEXT NOT NULL,
  category TEXT NOT NULL, figures TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, made_by UUID NOT NULL, made_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX frozen_report_made ON frozen_report (tenant_id, made_at, id);
