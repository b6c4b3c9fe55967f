-- Teams that hold an activity together: who was asked, and those who said yes on the activity's own row.
CREATE TABLE activity_partner (
  tenant_id UUID NOT NULL, id UUID NOT NULL, activity_id UUID NOT NULL, organisation_id UUID NOT NULL, state TEXT NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL, asked_name TEXT NOT NULL, answered_at TIMESTAMPTZ, answered_name TEXT,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, activity_id, organisation_id),
  FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  CHECK (state IN ('asked', 'accepted', 'declined', 'ended'))
);
CREATE INDEX activity_partner_organisation ON activity_partner (tenant_id, organisation_id, state);
ALTER TABLE activity ADD COLUMN partners JSONB NOT NULL DEFAULT '[]';
