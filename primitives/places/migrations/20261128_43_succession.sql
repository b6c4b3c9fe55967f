-- What lay where before its region was merged into another, so that reports of the time before stay as they were.
CREATE TABLE region_moved (
  tenant_id UUID NOT NULL, kind TEXT NOT NULL, object_id UUID NOT NULL, old_code TEXT NOT NULL, on_day DATE NOT NULL,
  PRIMARY KEY (tenant_id, kind, object_id, on_day), CHECK (kind IN ('person', 'organisation'))
);
CREATE INDEX region_moved_day ON region_moved (tenant_id, kind, on_day);
CREATE INDEX region_successor ON region (successor_code) WHERE successor_code IS NOT NULL;
