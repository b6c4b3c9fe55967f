-- What failed lately stands on the keeper's work-list with its number.
CREATE INDEX outbox_failed ON outbox (tenant_id, done_at) WHERE state = 'failed';
CREATE INDEX job_failed ON job (tenant_id, run_at) WHERE state = 'failed';
