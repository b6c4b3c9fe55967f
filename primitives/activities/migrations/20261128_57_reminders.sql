-- Who was reminded of a session, at which of the three steps: once a person and session, by the key itself.
CREATE TABLE reminder (
  tenant_id UUID NOT NULL, session_id UUID NOT NULL, person_id UUID NOT NULL, step TEXT NOT NULL, signup_id UUID NOT NULL,
  sent_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, session_id, person_id, step),
  CHECK (step IN ('first', 'second', 'third'))
);
CREATE INDEX reminder_person ON reminder (tenant_id, person_id);

-- A step of a session at which everybody was reminded: it is not looked at again.
CREATE TABLE reminder_round (
  tenant_id UUID NOT NULL, session_id UUID NOT NULL, step TEXT NOT NULL, done_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, session_id, step)
);

-- What somebody said when they were asked whether they come.
ALTER TABLE signup ADD COLUMN answer TEXT;
ALTER TABLE signup ADD COLUMN answered_at TIMESTAMPTZ;
CREATE INDEX signup_cannot ON signup (tenant_id, session_id) WHERE answer = 'cannot';
