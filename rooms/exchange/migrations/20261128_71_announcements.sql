-- What a district, a town or a team tells its people. Its audience is a question, asked when it is sent; whom it reached, and by
-- which of their teams, is kept as it was then. draft -> sending -> sent | stopped (-> sending again); each of them -> withdrawn.
CREATE TABLE announcement (
  tenant_id UUID NOT NULL, id UUID NOT NULL,
  region_code TEXT NOT NULL, organisation_id UUID, organisation_path TEXT NOT NULL, sender TEXT NOT NULL,
  title TEXT NOT NULL, body TEXT NOT NULL, link TEXT, urgency TEXT NOT NULL, kind TEXT NOT NULL,
  must_read BOOLEAN NOT NULL, read_by DATE,
  town TEXT NOT NULL, team_kinds JSONB NOT NULL, teams JSONB NOT NULL, role TEXT NOT NULL, activity_id UUID,
  state TEXT NOT NULL, made_by UUID, made_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL,
  planned BIGINT NOT NULL, people BIGINT NOT NULL, job_id UUID, sent_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, withdrawn_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
  CHECK (urgency IN ('urgent', 'normal')), CHECK (kind IN ('work', 'meeting', 'training')),
  CHECK (role IN ('all', 'leader', 'member')),
  CHECK (state IN ('draft', 'sending', 'sent', 'stopped', 'withdrawn')),
  CHECK (must_read = (read_by IS NOT NULL)), CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL))
);
CREATE INDEX announcement_list ON announcement (tenant_id, made_at, id);
CREATE INDEX announcement_due ON announcement (tenant_id, read_by) WHERE must_read AND state IN ('sent', 'stopped');

CREATE TABLE announcement_recipient (
  tenant_id UUID NOT NULL, id UUID NOT NULL, announcement_id UUID NOT NULL, person_id UUID NOT NULL,
  sent_at TIMESTAMPTZ NOT NULL, read_at TIMESTAMPTZ, chased_on DATE,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, announcement_id, person_id),
  FOREIGN KEY (tenant_id, announcement_id) REFERENCES announcement (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX announcement_recipient_person ON announcement_recipient (tenant_id, person_id, sent_at, announcement_id);
CREATE INDEX announcement_recipient_unread ON announcement_recipient (tenant_id, announcement_id, id) WHERE read_at IS NULL;

-- By which teams a recipient was reached: somebody in two of them counts in both, and once in the whole.
CREATE TABLE announcement_team (
  tenant_id UUID NOT NULL, announcement_id UUID NOT NULL, organisation_id UUID NOT NULL, recipient_id UUID NOT NULL,
  PRIMARY KEY (tenant_id, announcement_id, organisation_id, recipient_id),
  FOREIGN KEY (tenant_id, recipient_id) REFERENCES announcement_recipient (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id)
);
CREATE INDEX announcement_team_recipient ON announcement_team (tenant_id, recipient_id);

-- Once a day at most an announcement asks again those who have not read it.
CREATE TABLE announcement_chase (
  tenant_id UUID NOT NULL, announcement_id UUID NOT NULL, day DATE NOT NULL, people BIGINT NOT NULL, automatic BOOLEAN NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, made_by UUID, made_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, announcement_id, day),
  FOREIGN KEY (tenant_id, announcement_id) REFERENCES announcement (tenant_id, id)
);
