-- How each coming and going was noticed; what stood before says it by its method.
ALTER TABLE attendance ADD COLUMN in_via TEXT;
ALTER TABLE attendance ADD COLUMN out_via TEXT;

-- Wrong spoken codes, by a digest of who typed them.
CREATE TABLE spoken_try (
  tenant_id UUID NOT NULL, session_id UUID NOT NULL, who TEXT NOT NULL, tries BIGINT NOT NULL, last_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, session_id, who)
);
CREATE INDEX spoken_try_last ON spoken_try (tenant_id, last_at);

-- How far from the site a phone said it was: a class, never a point, for thirty days.
CREATE TABLE attendance_distance (
  tenant_id UUID NOT NULL, attendance_id UUID NOT NULL, deed TEXT NOT NULL, distance TEXT NOT NULL, accuracy TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, attendance_id, deed),
  CHECK (deed IN ('in', 'out')), CHECK (distance IN ('near', 'around', 'far', 'unknown')), CHECK (accuracy IN ('fine', 'coarse', 'none'))
);
CREATE INDEX attendance_distance_made ON attendance_distance (tenant_id, made_at);
