-- Months of the ledger. A closed one takes no rows any more: what comes later is booked on the day it comes, and `service_day`
-- says when the service was. The row is taken by whoever writes into a past month, so that closing waits for them.
CREATE TABLE hours_month (
  tenant_id UUID NOT NULL, month TEXT NOT NULL, closed_at TIMESTAMPTZ, closed_by UUID, closed_name TEXT, entries BIGINT, minutes BIGINT,
  PRIMARY KEY (tenant_id, month)
);
ALTER TABLE hours_entry ADD COLUMN service_day DATE;
CREATE INDEX hours_entry_service_day ON hours_entry (tenant_id, person_id, service_day) WHERE service_day IS NOT NULL;
