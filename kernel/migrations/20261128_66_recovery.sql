-- A one-time way back into an account for whoever lost their password or their phone (states: open -> used | ended | dead).
-- The link itself is not kept, only its hash; `answers` are keyed digests of what its holder alone knows.
CREATE TABLE account_recovery (
  tenant_id UUID NOT NULL, id UUID NOT NULL, account_id UUID NOT NULL, token_hash TEXT NOT NULL, state TEXT NOT NULL,
  tries BIGINT NOT NULL, answers JSONB NOT NULL, checked TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, made_by TEXT NOT NULL,
  made_account UUID, ends_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
  CHECK (state IN ('open', 'used', 'ended', 'dead')),
  CHECK (checked IN ('document', 'known', 'machine'))
);
CREATE UNIQUE INDEX account_recovery_token ON account_recovery (tenant_id, token_hash);
CREATE UNIQUE INDEX account_recovery_open ON account_recovery (tenant_id, account_id) WHERE state = 'open';
CREATE INDEX account_recovery_made ON account_recovery (tenant_id, made_account, made_at);
