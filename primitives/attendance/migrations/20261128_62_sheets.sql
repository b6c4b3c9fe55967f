-- A paper sheet that one person keyed: a random part of its rows is keyed by a second one, who does not see the first's.
CREATE TABLE paper_sheet (
  tenant_id UUID NOT NULL, id UUID NOT NULL, session_id UUID NOT NULL, activity_id UUID NOT NULL,
  region_code TEXT NOT NULL, organisation_path TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  scan_id UUID NOT NULL, people BIGINT NOT NULL, sampled BIGINT NOT NULL,
  keyed_by UUID NOT NULL, keyed_person_id UUID, keyed_name TEXT NOT NULL, keyed_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL,
  checked_by UUID, checked_name TEXT, checked_at TIMESTAMPTZ, decided_name TEXT, decided_at TIMESTAMPTZ, opinion TEXT, claim_id UUID,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, session_id) REFERENCES activity_session (tenant_id, id),
  CHECK (state IN ('sample', 'stopped', 'claimed', 'returned')), CHECK (checked_by IS NULL OR checked_by <> keyed_by)
);
CREATE INDEX paper_sheet_session ON paper_sheet (tenant_id, session_id, keyed_at);
CREATE INDEX paper_sheet_state ON paper_sheet (tenant_id, state, due_at);
CREATE INDEX paper_sheet_keyed ON paper_sheet (tenant_id, keyed_person_id) WHERE keyed_person_id IS NOT NULL;

CREATE TABLE paper_row (
  tenant_id UUID NOT NULL, id UUID NOT NULL, sheet_id UUID NOT NULL, line BIGINT NOT NULL, person_id UUID NOT NULL,
  from_at TIMESTAMPTZ NOT NULL, to_at TIMESTAMPTZ NOT NULL, sampled BOOLEAN NOT NULL,
  second_person_id UUID, second_from_at TIMESTAMPTZ, second_to_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, sheet_id, line),
  FOREIGN KEY (tenant_id, sheet_id) REFERENCES paper_sheet (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id), CHECK (to_at > from_at)
);
CREATE INDEX paper_row_person ON paper_row (tenant_id, person_id);
CREATE INDEX paper_row_second ON paper_row (tenant_id, second_person_id) WHERE second_person_id IS NOT NULL;
