-- Regions are the same for every district of the country: a reference table. The code is the path: 440605125 holds 440605125003.
CREATE TABLE region (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, level TEXT NOT NULL, parent_code TEXT,
  valid_from DATE, valid_to DATE, successor_code TEXT,
  CHECK (level IN ('district', 'town', 'community'))
);

CREATE TABLE site (
  tenant_id UUID NOT NULL, id UUID NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, region_code TEXT NOT NULL,
  address TEXT NOT NULL, latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, opening TEXT NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (kind IN ('station', 'workstation', 'centre', 'hall', 'workroom', 'other')), CHECK (state IN ('open', 'closed'))
);
CREATE INDEX site_region ON site (tenant_id, region_code, name, id);
