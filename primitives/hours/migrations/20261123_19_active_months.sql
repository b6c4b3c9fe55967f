-- Minutes of a person in a month, whatever the team: who was active is counted in it without a sort.
CREATE TABLE person_month_total (
  tenant_id UUID NOT NULL, month TEXT NOT NULL, person_id UUID NOT NULL, minutes BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, month, person_id)
);
INSERT INTO person_month_total (tenant_id, month, person_id, minutes)
SELECT tenant_id, month, person_id, CAST(SUM(minutes) AS BIGINT) FROM person_month GROUP BY tenant_id, month, person_id;
CREATE INDEX person_month_total_counted ON person_month_total (tenant_id, month, minutes) WHERE minutes > 0;
