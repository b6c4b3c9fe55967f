-- The ledger: rows are added, never changed. A correction is a row of negative minutes that names the row it reverses.
CREATE TABLE hours_entry (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, activity_id UUID NOT NULL, session_id UUID NOT NULL,
  title TEXT NOT NULL, organisation_id UUID NOT NULL, organisation_path TEXT NOT NULL, region_code TEXT NOT NULL, kind TEXT NOT NULL,
  category TEXT NOT NULL, day DATE NOT NULL, started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ NOT NULL,
  minutes BIGINT NOT NULL, method TEXT NOT NULL, reverses_id UUID, reason TEXT, entered_by TEXT NOT NULL, approved_by TEXT,
  made_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, reverses_id) REFERENCES hours_entry (tenant_id, id),
  CHECK (ended_at > started_at), CHECK (method IN ('scan', 'staff', 'paper', 'self')),
  CHECK ((reverses_id IS NULL AND minutes BETWEEN 1 AND 1440) OR (reverses_id IS NOT NULL AND minutes BETWEEN -1440 AND -1))
);
CREATE UNIQUE INDEX hours_entry_reverses ON hours_entry (tenant_id, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX hours_entry_person ON hours_entry (tenant_id, person_id, day);
CREATE INDEX hours_entry_day ON hours_entry (tenant_id, day, id);
CREATE INDEX hours_entry_organisation ON hours_entry (tenant_id, organisation_id, day, id);
CREATE INDEX hours_entry_session ON hours_entry (tenant_id, session_id);
CREATE INDEX hours_entry_made ON hours_entry (tenant_id, made_at, id);

-- One row a person and day: taken before an overlap is looked for, so that two writers cannot both find none.
CREATE TABLE hours_day (
  tenant_id UUID NOT NULL, person_id UUID NOT NULL, day DATE NOT NULL, minutes BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, person_id, day)
);

-- What the sealer has not rolled up yet; written with the entry, removed with the roll-up.
CREATE TABLE hours_unsealed (
  tenant_id UUID NOT NULL, id UUID NOT NULL, source TEXT NOT NULL, PRIMARY KEY (tenant_id, id)
);

-- Figures a day: made by the sealer from the rows above and from nothing else.
CREATE TABLE metric_day (
  tenant_id UUID NOT NULL, day DATE NOT NULL, region_code TEXT NOT NULL, organisation_id UUID NOT NULL, kind TEXT NOT NULL,
  category TEXT NOT NULL, minutes BIGINT NOT NULL, services BIGINT NOT NULL, served BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, day, organisation_id, category, region_code)
);
-- Who was active when: one row a person, month and team, so that people are counted once and person-times every time.
CREATE TABLE person_month (
  tenant_id UUID NOT NULL, month TEXT NOT NULL, person_id UUID NOT NULL, organisation_id UUID NOT NULL, region_code TEXT NOT NULL,
  kind TEXT NOT NULL, category TEXT NOT NULL, minutes BIGINT NOT NULL, services BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, month, person_id, organisation_id, category, region_code)
);
-- One row a person and year: totals for lists and for the count of active people.
CREATE TABLE person_year (
  tenant_id UUID NOT NULL, year BIGINT NOT NULL, person_id UUID NOT NULL, minutes BIGINT NOT NULL, services BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, year, person_id)
);

-- A wish to enter hours after the fact: another person decides.
CREATE TABLE hours_claim (
  tenant_id UUID NOT NULL, id UUID NOT NULL, activity_id UUID NOT NULL, session_id UUID NOT NULL, title TEXT NOT NULL,
  kind TEXT NOT NULL, category TEXT NOT NULL, window_from TIMESTAMPTZ NOT NULL, window_to TIMESTAMPTZ NOT NULL,
  organisation_id UUID NOT NULL, organisation_path TEXT NOT NULL, region_code TEXT NOT NULL, reason TEXT NOT NULL, evidence_id UUID, state TEXT NOT NULL,
  entered_by UUID NOT NULL, entered_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL,
  decided_by UUID, decided_name TEXT, decided_at TIMESTAMPTZ, opinion TEXT,
  PRIMARY KEY (tenant_id, id), CHECK (state IN ('waiting', 'approved', 'returned')),
  CHECK (decided_by IS NULL OR decided_by <> entered_by)
);
CREATE INDEX hours_claim_waiting ON hours_claim (tenant_id, state, due_at);
CREATE TABLE hours_claim_line (
  tenant_id UUID NOT NULL, id UUID NOT NULL, claim_id UUID NOT NULL, person_id UUID NOT NULL,
  started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, claim_id) REFERENCES hours_claim (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id), CHECK (ended_at > started_at)
);
CREATE INDEX hours_claim_line_claim ON hours_claim_line (tenant_id, claim_id);
