-- A mail address that waits for its code: one a person, the newest counts. Neither stands here in clear. `asked` counts the codes
-- of a day.
CREATE TABLE mail_confirmation (
  tenant_id UUID NOT NULL, person_id UUID NOT NULL, mail_hash BYTEA NOT NULL, code_hash BYTEA NOT NULL, tries BIGINT NOT NULL,
  asked BIGINT NOT NULL, day DATE NOT NULL, made_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, person_id), FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
