CREATE TABLE activity (
  tenant_id UUID NOT NULL, id UUID NOT NULL, number TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL,
  organisation_id UUID NOT NULL, organisation_name TEXT NOT NULL, organisation_path TEXT NOT NULL, kind TEXT NOT NULL,
  region_code TEXT NOT NULL, site_id UUID, place TEXT NOT NULL,
  state TEXT NOT NULL, ended_how TEXT, starts_on DATE NOT NULL, ends_on DATE NOT NULL,
  categories JSONB NOT NULL, category TEXT NOT NULL, beneficiaries TEXT NOT NULL, guarantees TEXT NOT NULL,
  risk_notice TEXT NOT NULL, risky BOOLEAN NOT NULL, insurance_no TEXT,
  working_time BOOLEAN NOT NULL, own_duty BOOLEAN NOT NULL,
  scope TEXT NOT NULL, pass_code TEXT, opens_at TIMESTAMPTZ NOT NULL, closes_at TIMESTAMPTZ NOT NULL,
  min_age BIGINT, max_age BIGINT, min_minutes BIGINT NOT NULL, only_team BOOLEAN NOT NULL,
  contact_name TEXT NOT NULL, contact_phone TEXT NOT NULL, contact_public BOOLEAN NOT NULL,
  submitted_by UUID, submitted_name TEXT NOT NULL, submitted_at TIMESTAMPTZ, due_at TIMESTAMPTZ,
  reviewed_by UUID, reviewed_name TEXT, reviewed_at TIMESTAMPTZ, opinion TEXT,
  created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, number),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  CHECK (state IN ('draft', 'review', 'open', 'running', 'ended', 'backfill', 'disabled', 'void')),
  CHECK (ends_on >= starts_on), CHECK (reviewed_by IS NULL OR submitted_by IS NULL OR reviewed_by <> submitted_by)
);
CREATE INDEX activity_list ON activity (tenant_id, state, starts_on, id);
CREATE INDEX activity_organisation ON activity (tenant_id, organisation_id, starts_on, id);
CREATE INDEX activity_due ON activity (tenant_id, state, due_at);

CREATE TABLE activity_session (
  tenant_id UUID NOT NULL, id UUID NOT NULL, activity_id UUID NOT NULL, starts_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL,
  day DATE NOT NULL, served BIGINT, served_by TEXT, served_at TIMESTAMPTZ, code_key TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
  CHECK (ends_at > starts_at), CHECK (served IS NULL OR served BETWEEN 0 AND 100000)
);
CREATE INDEX activity_session_activity ON activity_session (tenant_id, activity_id, starts_at);
CREATE INDEX activity_session_day ON activity_session (tenant_id, day, starts_at);

CREATE TABLE post (
  tenant_id UUID NOT NULL, id UUID NOT NULL, session_id UUID NOT NULL, activity_id UUID NOT NULL, name TEXT NOT NULL,
  conditions TEXT NOT NULL, places BIGINT NOT NULL, taken BIGINT NOT NULL, waiting BIGINT NOT NULL, next_position BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, session_id) REFERENCES activity_session (tenant_id, id),
  CHECK (places BETWEEN 1 AND 10000), CHECK (taken BETWEEN 0 AND places), CHECK (waiting >= 0)
);
CREATE INDEX post_session ON post (tenant_id, session_id);
CREATE INDEX post_activity ON post (tenant_id, activity_id);

CREATE TABLE signup (
  tenant_id UUID NOT NULL, id UUID NOT NULL, activity_id UUID NOT NULL, session_id UUID NOT NULL, post_id UUID NOT NULL,
  person_id UUID NOT NULL, organisation_id UUID NOT NULL, state TEXT NOT NULL, position BIGINT NOT NULL,
  starts_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL, made_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, post_id) REFERENCES post (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('joined', 'waiting', 'withdrawn', 'removed'))
);
CREATE UNIQUE INDEX signup_once ON signup (tenant_id, session_id, person_id) WHERE state IN ('joined', 'waiting');
CREATE INDEX signup_person ON signup (tenant_id, person_id, starts_at);
CREATE INDEX signup_post ON signup (tenant_id, post_id, state, position);

CREATE TABLE attendance (
  tenant_id UUID NOT NULL, id UUID NOT NULL, session_id UUID NOT NULL, activity_id UUID NOT NULL, person_id UUID NOT NULL,
  organisation_id UUID NOT NULL, region_code TEXT NOT NULL, day DATE NOT NULL, in_at TIMESTAMPTZ NOT NULL, in_method TEXT NOT NULL, in_by TEXT NOT NULL,
  out_at TIMESTAMPTZ, out_method TEXT, out_by TEXT, forgotten BOOLEAN NOT NULL, entry_id UUID,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, session_id, person_id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES activity_session (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (out_at IS NULL OR out_at >= in_at)
);
CREATE INDEX attendance_open ON attendance (tenant_id, in_at) WHERE out_at IS NULL;
CREATE INDEX attendance_person_open ON attendance (tenant_id, person_id) WHERE out_at IS NULL;
CREATE INDEX attendance_day ON attendance (tenant_id, day, in_at);
