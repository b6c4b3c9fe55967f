-- Pairs of records that may be one person, the smaller id first, with tenths of points and the codes of the reasons. State:
-- open until somebody says that they are two (apart) or one (one); what was said is remembered by the next night.
CREATE TABLE person_pair (
  tenant_id UUID NOT NULL, first_id UUID NOT NULL, second_id UUID NOT NULL, score BIGINT NOT NULL, reasons JSONB NOT NULL,
  state TEXT NOT NULL, found_at TIMESTAMPTZ NOT NULL, decided_by UUID, decided_name TEXT, decided_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, first_id, second_id),
  FOREIGN KEY (tenant_id, first_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, second_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('open', 'apart', 'one'))
);
CREATE INDEX person_pair_state ON person_pair (tenant_id, state, score, first_id, second_id);
CREATE INDEX person_pair_second ON person_pair (tenant_id, second_id);

-- When everybody was compared last.
CREATE TABLE person_pair_scan (
  tenant_id UUID NOT NULL, at TIMESTAMPTZ NOT NULL, people BIGINT NOT NULL, found BIGINT NOT NULL, PRIMARY KEY (tenant_id)
);

-- By these somebody who is about to be put on record is looked for.
CREATE INDEX person_birth ON person (tenant_id, birth_date) WHERE birth_date IS NOT NULL;
CREATE INDEX person_email ON person (tenant_id, email) WHERE email IS NOT NULL;
