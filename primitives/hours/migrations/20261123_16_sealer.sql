-- What of a session's people served stands in metric_day already, and under which key: a change adds the difference only.
CREATE TABLE session_served (
  tenant_id UUID NOT NULL, session_id UUID NOT NULL, day DATE NOT NULL, region_code TEXT NOT NULL, organisation_id UUID NOT NULL,
  kind TEXT NOT NULL, category TEXT NOT NULL, served BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, session_id)
);

-- Who was active in a year, for each town, kind of team, category and team: people counted once, without a sort.
CREATE TABLE person_year_part (
  tenant_id UUID NOT NULL, year BIGINT NOT NULL, part TEXT NOT NULL, code TEXT NOT NULL, person_id UUID NOT NULL,
  minutes BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, year, part, code, person_id), CHECK (part IN ('town', 'kind', 'category'))
);
CREATE INDEX person_year_part_active ON person_year_part (tenant_id, year, part, code) WHERE minutes > 0;
CREATE TABLE person_year_team (
  tenant_id UUID NOT NULL, year BIGINT NOT NULL, organisation_id UUID NOT NULL, person_id UUID NOT NULL, minutes BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, year, organisation_id, person_id)
);
CREATE INDEX person_year_team_active ON person_year_team (tenant_id, year, organisation_id) WHERE minutes > 0;
CREATE INDEX person_year_active ON person_year (tenant_id, year) WHERE minutes > 0;
CREATE INDEX person_month_region ON person_month (tenant_id, region_code, month);
-- The rows of the batch at hand; empty between two batches.
CREATE INDEX hours_unsealed_taken ON hours_unsealed (tenant_id) WHERE source IN ('taken', 'served-taken');
