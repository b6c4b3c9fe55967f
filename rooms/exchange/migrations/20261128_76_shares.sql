-- A team's own part of what others told its people is looked for by the team.
CREATE INDEX announcement_team_of ON announcement_team (tenant_id, organisation_id, announcement_id);
