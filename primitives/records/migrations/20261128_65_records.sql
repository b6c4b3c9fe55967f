-- Awards of people and teams. None is removed: one that was wrong is withdrawn with a reason.
CREATE TABLE award (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID, organisation_id UUID, region_code TEXT NOT NULL,
  title TEXT NOT NULL, awarded_on DATE NOT NULL, issuer TEXT NOT NULL, document TEXT NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL,
  content TEXT NOT NULL, entered_by UUID, entered_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL,
  withdrawn_at TIMESTAMPTZ, withdrawn_by UUID, withdrawn_name TEXT, withdrawn_reason TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
  CHECK (kind IN ('national', 'province', 'city', 'district', 'town', 'unit', 'other'))
);
CREATE INDEX award_list ON award (tenant_id, awarded_on, id);
CREATE INDEX award_person ON award (tenant_id, person_id, awarded_on) WHERE person_id IS NOT NULL;
CREATE INDEX award_organisation ON award (tenant_id, organisation_id, awarded_on) WHERE organisation_id IS NOT NULL;

-- What a team says of a volunteer and a volunteer of a team after an activity, once each.
CREATE TABLE evaluation (
  tenant_id UUID NOT NULL, id UUID NOT NULL, activity_id UUID NOT NULL, organisation_id UUID NOT NULL, person_id UUID NOT NULL,
  about TEXT NOT NULL, first BIGINT NOT NULL, second BIGINT NOT NULL, third BIGINT NOT NULL, words TEXT NOT NULL,
  made_by UUID, made_name TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, activity_id, person_id, about),
  FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (about IN ('volunteer', 'team')), CHECK (first BETWEEN 1 AND 5), CHECK (second BETWEEN 1 AND 5), CHECK (third BETWEEN 1 AND 5)
);
CREATE INDEX evaluation_person ON evaluation (tenant_id, person_id, made_at);
CREATE INDEX evaluation_activity ON evaluation (tenant_id, activity_id, about, made_at);
