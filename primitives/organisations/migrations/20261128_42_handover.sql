-- Leading a team goes from one to another: offered -> accepted -> done, or declined, withdrawn, refused on the way. What is
-- accepted takes effect when the body above confirms it, or by itself at `due_at`.
CREATE TABLE team_handover (
  tenant_id UUID NOT NULL, id UUID NOT NULL, organisation_id UUID NOT NULL, from_id UUID NOT NULL, to_id UUID NOT NULL,
  state TEXT NOT NULL, region_code TEXT NOT NULL, level TEXT NOT NULL, desk_path TEXT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL, made_by UUID, made_name TEXT NOT NULL, answered_at TIMESTAMPTZ, due_at TIMESTAMPTZ,
  decided_at TIMESTAMPTZ, decided_name TEXT, opinion TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, from_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, to_id) REFERENCES person (tenant_id, id),
  CHECK (state IN ('offered', 'accepted', 'done', 'declined', 'withdrawn', 'refused')),
  CHECK (level IN ('team', 'town', 'district')), CHECK (from_id <> to_id)
);
CREATE UNIQUE INDEX team_handover_open ON team_handover (tenant_id, organisation_id) WHERE state IN ('offered', 'accepted');
CREATE INDEX team_handover_due ON team_handover (tenant_id, state, due_at);
