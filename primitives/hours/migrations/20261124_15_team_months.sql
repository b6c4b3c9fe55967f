-- The sums of a team and month, so that the report by team does not add up every day of the year.
CREATE TABLE metric_team (
  tenant_id UUID NOT NULL, month TEXT NOT NULL, organisation_id UUID NOT NULL,
  minutes BIGINT NOT NULL, services BIGINT NOT NULL, served BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, month, organisation_id)
);
INSERT INTO metric_team (tenant_id, month, organisation_id, minutes, services, served)
SELECT tenant_id, substr(CAST(day AS TEXT), 1, 7), organisation_id, CAST(SUM(minutes) AS BIGINT),
       CAST(SUM(services) AS BIGINT), CAST(SUM(served) AS BIGINT)
FROM metric_day GROUP BY tenant_id, substr(CAST(day AS TEXT), 1, 7), organisation_id;
