-- The sums of a month, a town, a kind of team and a category: a year of a district is a few thousand rows.
CREATE TABLE metric_month (
  tenant_id UUID NOT NULL, month TEXT NOT NULL, town TEXT NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL,
  minutes BIGINT NOT NULL, services BIGINT NOT NULL, served BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, month, town, kind, category)
);
INSERT INTO metric_month (tenant_id, month, town, kind, category, minutes, services, served)
SELECT tenant_id, substr(CAST(day AS TEXT), 1, 7), substr(region_code, 1, 9), kind, category, CAST(SUM(minutes) AS BIGINT),
       CAST(SUM(services) AS BIGINT), CAST(SUM(served) AS BIGINT)
FROM metric_day GROUP BY tenant_id, substr(CAST(day AS TEXT), 1, 7), substr(region_code, 1, 9), kind, category;

-- With the minutes in it, counting the active reads the index alone.
DROP INDEX person_year_part_active;
CREATE INDEX person_year_part_counted ON person_year_part (tenant_id, year, part, code, minutes) WHERE minutes > 0;
DROP INDEX person_year_team_active;
CREATE INDEX person_year_team_counted ON person_year_team (tenant_id, year, organisation_id, minutes) WHERE minutes > 0;
