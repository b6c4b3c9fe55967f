-- What leaves Qiyi for a person, one row a channel. No address stands here: it is looked up when the message leaves.
-- waiting -> sent | failed | bounced | dropped; waiting -> digest -> sent; failed, bounced, dropped -> waiting (the keeper's retry).
CREATE TABLE outbox (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, channel TEXT NOT NULL, word TEXT NOT NULL, args JSONB NOT NULL,
  url TEXT NOT NULL, urgent BOOLEAN NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, tries BIGINT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL, done_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  CHECK (channel IN ('mail', 'sms', 'wecom')),
  CHECK (state IN ('waiting', 'digest', 'sent', 'failed', 'bounced', 'dropped')),
  CHECK ((done_at IS NULL) = (state IN ('waiting', 'digest')))
);
CREATE INDEX outbox_due ON outbox (tenant_id, state, due_at) WHERE state IN ('waiting', 'digest');
CREATE INDEX outbox_made ON outbox (tenant_id, made_at, id);
CREATE INDEX outbox_person ON outbox (tenant_id, person_id, state, done_at);

-- How somebody wants to be told. A channel that was never chosen is NULL and follows the keeper's choice. Of a confirmed address
-- only its keyed hash is kept: another address is another one to confirm.
CREATE TABLE message_setting (
  tenant_id UUID NOT NULL, person_id UUID NOT NULL, mail BOOLEAN, sms BOOLEAN, wecom BOOLEAN, wecom_user TEXT,
  mail_hash BYTEA, mail_confirmed_at TIMESTAMPTZ,
  quiet_from TIME NOT NULL, quiet_to TIME NOT NULL, digest BOOLEAN NOT NULL, digest_at TIME NOT NULL, lang TEXT NOT NULL,
  PRIMARY KEY (tenant_id, person_id)
);
