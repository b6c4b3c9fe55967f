-- Whose and where an activity was before its team or its town was merged, so that reports of the time before stay as they were.
CREATE TABLE activity_moved (
  tenant_id UUID NOT NULL, activity_id UUID NOT NULL, on_day DATE NOT NULL,
  region_code TEXT NOT NULL, organisation_id UUID NOT NULL, organisation_path TEXT NOT NULL,
  PRIMARY KEY (tenant_id, activity_id, on_day)
);
CREATE INDEX activity_moved_day ON activity_moved (tenant_id, on_day);
