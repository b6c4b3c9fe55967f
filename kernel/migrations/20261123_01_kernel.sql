CREATE TABLE tenant (
  id UUID PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE account (
  tenant_id UUID NOT NULL, id UUID NOT NULL, sign_in_name TEXT NOT NULL, phone TEXT, name TEXT NOT NULL, person_id UUID,
  password_hash TEXT, totp_sealed BYTEA, totp_used BIGINT NOT NULL, state TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL,
  password_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, sign_in_name),
  CHECK (state IN ('active', 'disabled'))
);
CREATE UNIQUE INDEX account_phone ON account (tenant_id, phone) WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX account_person ON account (tenant_id, person_id) WHERE person_id IS NOT NULL;

CREATE TABLE account_role (
  tenant_id UUID NOT NULL, id UUID NOT NULL, account_id UUID NOT NULL, role TEXT NOT NULL,
  scope_kind TEXT NOT NULL, scope TEXT NOT NULL, from_on DATE NOT NULL, to_on DATE, granted_by TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
  CHECK (scope_kind IN ('tenant', 'region', 'organisation'))
);
CREATE INDEX account_role_account ON account_role (tenant_id, account_id);

CREATE TABLE session (
  id_hash TEXT PRIMARY KEY, tenant_id UUID NOT NULL, account_id UUID NOT NULL, created_at TIMESTAMPTZ NOT NULL,
  seen_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL, second_factor BOOLEAN NOT NULL, staff BOOLEAN NOT NULL,
  ip TEXT NOT NULL
);
CREATE INDEX session_account ON session (tenant_id, account_id);

CREATE TABLE api_token (
  id_hash TEXT PRIMARY KEY, tenant_id UUID NOT NULL, account_id UUID NOT NULL, name TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE link (
  token_hash TEXT PRIMARY KEY, tenant_id UUID NOT NULL, purpose TEXT NOT NULL, subject TEXT NOT NULL, ends_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sign_in_try (
  key TEXT PRIMARY KEY, failures BIGINT NOT NULL, blocked_until TIMESTAMPTZ NOT NULL, last_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE once (
  tenant_id UUID NOT NULL, key TEXT NOT NULL, actor TEXT NOT NULL, route TEXT NOT NULL, answer JSONB NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, key, actor, route)
);
CREATE INDEX once_made ON once (made_at);

CREATE TABLE audit_line (
  tenant_id UUID NOT NULL, chain TEXT NOT NULL, seq BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL, account_id UUID,
  actor TEXT NOT NULL, kind TEXT NOT NULL, object_kind TEXT NOT NULL, object_id UUID, detail JSONB NOT NULL,
  request_id TEXT NOT NULL, ip TEXT NOT NULL, prev BYTEA NOT NULL, hash BYTEA NOT NULL,
  PRIMARY KEY (tenant_id, chain, seq)
);
CREATE INDEX audit_line_at ON audit_line (tenant_id, at);
CREATE INDEX audit_line_object ON audit_line (tenant_id, object_id) WHERE object_id IS NOT NULL;

CREATE TABLE job (
  id UUID PRIMARY KEY, tenant_id UUID NOT NULL, kind TEXT NOT NULL, payload JSONB NOT NULL, run_at TIMESTAMPTZ NOT NULL,
  state TEXT NOT NULL, tries BIGINT NOT NULL, last_error TEXT, claimed_at TIMESTAMPTZ, progress JSONB NOT NULL,
  CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled'))
);
CREATE INDEX job_due ON job (state, run_at);

CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until TIMESTAMPTZ NOT NULL);

CREATE TABLE file (
  tenant_id UUID NOT NULL, id UUID NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, size BIGINT NOT NULL,
  sha256 TEXT NOT NULL, content BYTEA NOT NULL, made_at TIMESTAMPTZ NOT NULL, made_by UUID,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE search_token (
  tenant_id UUID NOT NULL, kind TEXT NOT NULL, token TEXT NOT NULL, object_id UUID NOT NULL,
  PRIMARY KEY (tenant_id, kind, token, object_id)
);
CREATE INDEX search_token_object ON search_token (tenant_id, object_id);

CREATE TABLE setting (tenant_id UUID NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tenant_id, key));

CREATE TABLE work_day (day DATE PRIMARY KEY, kind TEXT NOT NULL, CHECK (kind IN ('holiday', 'workday')));

CREATE TABLE message (
  tenant_id UUID NOT NULL, id UUID NOT NULL, person_id UUID NOT NULL, word TEXT NOT NULL, args JSONB NOT NULL,
  url TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, read_at TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX message_person ON message (tenant_id, person_id, made_at);
