-- Who stands for a minor, and what they agreed to (states: named -> given -> withdrawn; named or given -> grown on the day on
-- which the minor is of age). A withdrawn row stays; who agrees again is a new row. `for_data` is the separate consent to the data
-- of a child under 14 (personal information law, article 31). A consent on paper has its scan, one by account has the guardian's.
CREATE TABLE guardian (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, name TEXT NOT NULL, phone TEXT, relation TEXT NOT NULL,
  guardian_person_id UUID, state TEXT NOT NULL, way TEXT, for_data BOOLEAN NOT NULL, file_id UUID, given_at TIMESTAMPTZ, given_name TEXT,
  ended_at TIMESTAMPTZ, ended_name TEXT, ended_why TEXT, made_at TIMESTAMPTZ NOT NULL, made_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (relation IN ('father', 'mother', 'grandparent', 'other')),
  CHECK (state IN ('named', 'given', 'withdrawn', 'grown')), CHECK (way IS NULL OR way IN ('paper', 'account')),
  CHECK (state <> 'given' OR (given_at IS NOT NULL AND way IS NOT NULL)),
  CHECK (state <> 'given' OR way <> 'paper' OR file_id IS NOT NULL),
  CHECK (state <> 'given' OR way <> 'account' OR guardian_person_id IS NOT NULL),
  CHECK ((ended_at IS NULL) = (state IN ('named', 'given')))
);
CREATE INDEX guardian_person ON guardian (tenant_id, person_id, state);
CREATE INDEX guardian_by ON guardian (tenant_id, guardian_person_id) WHERE guardian_person_id IS NOT NULL;
