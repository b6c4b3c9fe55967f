-- Calls for a replacement: who was told that a place looks for somebody, once for each place.
CREATE TABLE replacement_call (
  tenant_id UUID NOT NULL, id UUID NOT NULL, signup_id UUID NOT NULL, activity_id UUID NOT NULL, told BIGINT NOT NULL,
  why TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, made_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, signup_id),
  FOREIGN KEY (tenant_id, signup_id) REFERENCES signup (tenant_id, id)
);
