-- When nothing tells any more who this was; the state of such a record is archived.
ALTER TABLE person ADD COLUMN erased_at TIMESTAMPTZ;

-- Where a person stood from a day to a day, why and on which legal basis; one row is open. Rows are ended, never changed; what
-- stood before the first one is read from the record itself. `reason` is emptied when the person is erased.
CREATE TABLE person_stage (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, stage TEXT NOT NULL, from_on DATE NOT NULL, to_on DATE,
  basis TEXT NOT NULL, reason TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, made_by UUID, made_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (stage IN ('candidate', 'active', 'dormant', 'left', 'archived', 'erased'))
);
CREATE INDEX person_stage_person ON person_stage (tenant_id, person_id, id);
CREATE UNIQUE INDEX person_stage_open ON person_stage (tenant_id, person_id) WHERE to_on IS NULL;

-- Whoever has not served for long was asked whether they go on.
CREATE TABLE person_notice (
  tenant_id UUID NOT NULL, person_id UUID NOT NULL, made_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, person_id), FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

-- When the nightly round over all people was made last.
CREATE TABLE person_round (tenant_id UUID NOT NULL, day DATE NOT NULL, PRIMARY KEY (tenant_id));

-- Somebody is to be erased (states: asked -> agreed -> done; asked -> refused; asked or agreed -> withdrawn). Another account than
-- the one that asked agrees, by the table itself; until `due_at` it can be taken back.
CREATE TABLE person_erasure (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, state TEXT NOT NULL, own BOOLEAN NOT NULL, reason TEXT NOT NULL,
  asked_by UUID NOT NULL, asked_person UUID, asked_name TEXT NOT NULL, asked_at TIMESTAMPTZ NOT NULL,
  decided_by UUID, decided_name TEXT, decided_at TIMESTAMPTZ, due_at TIMESTAMPTZ, done_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('asked', 'agreed', 'refused', 'withdrawn', 'done')),
  CHECK (state NOT IN ('agreed', 'done') OR (decided_by IS NOT NULL AND due_at IS NOT NULL)),
  CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE INDEX person_erasure_person ON person_erasure (tenant_id, person_id, id);
CREATE UNIQUE INDEX person_erasure_open ON person_erasure (tenant_id, person_id) WHERE state IN ('asked', 'agreed');
CREATE INDEX person_erasure_due ON person_erasure (tenant_id, state, due_at) WHERE state IN ('asked', 'agreed');
