CREATE TABLE person (
  tenant_id UUID NOT NULL, id UUID NOT NULL, name TEXT NOT NULL, sort_key TEXT NOT NULL,
  sex TEXT NOT NULL, birth_date DATE, phone TEXT, email TEXT,
  id_kind TEXT, id_sealed BYTEA, id_hash BYTEA, id_tail TEXT,
  ethnicity TEXT, education TEXT, employer TEXT, skills TEXT,
  region_code TEXT NOT NULL, address TEXT,
  volunteer_no TEXT, registered_on DATE, state TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (sex IN ('0', '1', '2', '9')), CHECK (state IN ('candidate', 'active', 'dormant', 'left', 'archived'))
);
CREATE UNIQUE INDEX person_id_hash ON person (tenant_id, id_hash) WHERE id_hash IS NOT NULL;
CREATE UNIQUE INDEX person_volunteer_no ON person (tenant_id, volunteer_no) WHERE volunteer_no IS NOT NULL;
CREATE INDEX person_phone ON person (tenant_id, phone) WHERE phone IS NOT NULL;
CREATE INDEX person_sort ON person (tenant_id, sort_key, id);
CREATE INDEX person_region ON person (tenant_id, region_code, sort_key, id);

-- Political status (GB/T 4762) with dates; shown only to those who may (S3).
CREATE TABLE political_status (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, code TEXT NOT NULL, from_on DATE, to_on DATE,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX political_status_person ON political_status (tenant_id, person_id);

CREATE TABLE volunteer_serial (
  tenant_id UUID NOT NULL, area TEXT NOT NULL, next BIGINT NOT NULL, PRIMARY KEY (tenant_id, area)
);
