-- People who come together or not at all, and places that are handed over.
ALTER TABLE signup ADD COLUMN group_id UUID;
ALTER TABLE signup ADD COLUMN handover_at TIMESTAMPTZ;
ALTER TABLE signup ADD COLUMN handover_to UUID;
ALTER TABLE activity ADD COLUMN handover_asks BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX signup_group ON signup (tenant_id, group_id) WHERE group_id IS NOT NULL;
CREATE INDEX signup_handover ON signup (tenant_id, activity_id) WHERE handover_at IS NOT NULL AND state = 'joined';
