-- Organisations of every kind in as many trees as needed. `path` holds the numbers of all above and its own, each ended by /.
CREATE TABLE organisation (
  tenant_id UUID NOT NULL, id UUID NOT NULL, tree TEXT NOT NULL, parent_id UUID, path TEXT NOT NULL,
  number TEXT NOT NULL, name TEXT NOT NULL, sort_key TEXT NOT NULL, kind TEXT NOT NULL, region_code TEXT NOT NULL,
  founded_on DATE, contact_name TEXT, contact_phone TEXT, purpose TEXT, state TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, tree, path), UNIQUE (tenant_id, tree, number),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES organisation (tenant_id, id),
  CHECK (tree IN ('team', 'branch')),
  CHECK (kind IN ('federation', 'town', 'organ', 'village', 'enterprise', 'institution')),
  CHECK (state IN ('applied', 'active', 'suspended', 'ended'))
);
CREATE INDEX organisation_name ON organisation (tenant_id, tree, sort_key, id);
CREATE INDEX organisation_region ON organisation (tenant_id, tree, region_code, sort_key, id);

-- Who belongs where, in which role, from when to when. A row ends; it is never overwritten.
CREATE TABLE membership (
  tenant_id UUID NOT NULL, id UUID NOT NULL, organisation_id UUID NOT NULL, person_id UUID NOT NULL, role TEXT NOT NULL,
  from_on DATE NOT NULL, to_on DATE, reason TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CHECK (role IN ('member', 'leader', 'deputy', 'secretary'))
);
CREATE UNIQUE INDEX membership_open ON membership (tenant_id, organisation_id, person_id, role) WHERE to_on IS NULL;
CREATE INDEX membership_person ON membership (tenant_id, person_id);

CREATE TABLE organisation_change (
  tenant_id UUID NOT NULL, id UUID NOT NULL, organisation_id UUID NOT NULL, at TIMESTAMPTZ NOT NULL, actor TEXT NOT NULL,
  field TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id)
);
CREATE INDEX organisation_change_of ON organisation_change (tenant_id, organisation_id, at);
