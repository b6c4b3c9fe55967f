-- An entry that does not count yet: applied for by the volunteer, over the day's limit, or on public notice. Its id becomes the
-- row's in the ledger, so that it can enter once and no more.
CREATE TABLE hours_pending (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, activity_id UUID NOT NULL, session_id UUID NOT NULL,
  title TEXT NOT NULL, organisation_id UUID NOT NULL, organisation_path TEXT NOT NULL, region_code TEXT NOT NULL, kind TEXT NOT NULL,
  category TEXT NOT NULL, window_from TIMESTAMPTZ NOT NULL, window_to TIMESTAMPTZ NOT NULL, day DATE NOT NULL,
  started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ NOT NULL, minutes BIGINT NOT NULL, method TEXT NOT NULL, reason TEXT,
  state TEXT NOT NULL, notice BOOLEAN NOT NULL, claim_id UUID,
  entered_by UUID, entered_person UUID, entered_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL,
  first_by UUID, first_person UUID, first_name TEXT, first_at TIMESTAMPTZ,
  second_by UUID, second_person UUID, second_name TEXT, second_at TIMESTAMPTZ,
  posted_at TIMESTAMPTZ, posted_until TIMESTAMPTZ, closed_at TIMESTAMPTZ, closed_name TEXT, opinion TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  CHECK (ended_at > started_at), CHECK (minutes BETWEEN 1 AND 1440), CHECK (method IN ('scan', 'staff', 'paper', 'self')),
  CHECK (state IN ('waiting', 'held', 'posted', 'objected', 'entered', 'returned', 'withdrawn')),
  CHECK (state NOT IN ('posted', 'objected') OR posted_until IS NOT NULL),
  CHECK (first_by IS NULL OR first_by <> entered_by), CHECK (second_by IS NULL OR second_by <> entered_by),
  CHECK (second_by IS NULL OR first_by IS NULL OR second_by <> first_by)
);
CREATE INDEX hours_pending_person ON hours_pending (tenant_id, person_id, day);
CREATE INDEX hours_pending_list ON hours_pending (tenant_id, made_at, id);
CREATE INDEX hours_pending_due ON hours_pending (tenant_id, state, due_at);
CREATE INDEX hours_pending_posted ON hours_pending (tenant_id, posted_until, id) WHERE state = 'posted';

-- What a volunteer shows for what they say: pictures and PDFs.
CREATE TABLE hours_evidence (
  tenant_id UUID NOT NULL, id UUID NOT NULL, pending_id UUID NOT NULL, file_id UUID NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, pending_id) REFERENCES hours_pending (tenant_id, id)
);
CREATE INDEX hours_evidence_pending ON hours_evidence (tenant_id, pending_id);

-- Somebody says that a posted entry is not right; an officer looks into it.
CREATE TABLE hours_objection (
  tenant_id UUID NOT NULL, id UUID NOT NULL, pending_id UUID NOT NULL, account_id UUID NOT NULL, person UUID, name TEXT NOT NULL,
  reason TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, upheld BOOLEAN, decided_by UUID, decided_name TEXT, decided_at TIMESTAMPTZ,
  opinion TEXT,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, pending_id) REFERENCES hours_pending (tenant_id, id),
  CHECK (decided_by IS NULL OR decided_by <> account_id)
);
CREATE INDEX hours_objection_pending ON hours_objection (tenant_id, pending_id, made_at);
