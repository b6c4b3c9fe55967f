-- Certificates and trainings: the kinds that a district knows, and what people hold of them, checked by somebody.
CREATE TABLE certificate_kind (
  tenant_id UUID NOT NULL, id UUID NOT NULL, name TEXT NOT NULL, months BIGINT, made_at TIMESTAMPTZ NOT NULL, made_name TEXT NOT NULL,
  ended_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name), CHECK (months IS NULL OR months BETWEEN 1 AND 600)
);
CREATE TABLE certificate (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, kind_id UUID NOT NULL, number TEXT NOT NULL, issuer TEXT NOT NULL,
  issued_on DATE NOT NULL, valid_until DATE, checked_at TIMESTAMPTZ NOT NULL, checked_name TEXT NOT NULL,
  ended_at TIMESTAMPTZ, ended_name TEXT, ended_why TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, kind_id) REFERENCES certificate_kind (tenant_id, id),
  CHECK (valid_until IS NULL OR valid_until >= issued_on)
);
CREATE INDEX certificate_person ON certificate (tenant_id, person_id, kind_id);
