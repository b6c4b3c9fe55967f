-- The rule by which an activity is held again and again, and sessions that are called off or moved alone.
CREATE TABLE activity_series (
  tenant_id UUID NOT NULL, activity_id UUID NOT NULL, begins_on DATE NOT NULL, rule JSONB NOT NULL,
  PRIMARY KEY (tenant_id, activity_id), FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id)
);
ALTER TABLE activity_session ADD COLUMN cancelled_at TIMESTAMPTZ;
ALTER TABLE activity_session ADD COLUMN cancelled_why TEXT;
ALTER TABLE activity_session ADD COLUMN moved_at TIMESTAMPTZ;
