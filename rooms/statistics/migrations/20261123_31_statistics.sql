-- The year's figures are read from these alone, without the rows that they point to.
CREATE INDEX metric_day_figures
  ON metric_day (tenant_id, day, region_code, organisation_id, kind, category, minutes, services, served);
CREATE INDEX person_figures ON person (tenant_id, state, region_code, registered_on);
CREATE INDEX membership_figures ON membership (tenant_id, organisation_id, person_id) WHERE to_on IS NULL;
CREATE INDEX activity_figures ON activity (tenant_id, state, starts_on, ends_on, region_code, kind, category, organisation_path);
