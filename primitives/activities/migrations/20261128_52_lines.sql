-- Places kept for teams until a moment, the published draw, and offers to those who stand in line.
ALTER TABLE post ADD COLUMN quotas JSONB NOT NULL DEFAULT '[]';
ALTER TABLE post ADD COLUMN free_at TIMESTAMPTZ;
CREATE INDEX post_line ON post (tenant_id, id) WHERE waiting > 0;

ALTER TABLE activity ADD COLUMN way TEXT NOT NULL DEFAULT 'first_come';
ALTER TABLE activity ADD COLUMN draw_hash TEXT;
ALTER TABLE activity ADD COLUMN draw_sealed BYTEA;
ALTER TABLE activity ADD COLUMN draw_seed TEXT;
ALTER TABLE activity ADD COLUMN drawn_at TIMESTAMPTZ;
CREATE INDEX activity_draw ON activity (tenant_id, closes_at) WHERE way = 'draw' AND drawn_at IS NULL;

-- The team whose kept place it is. A place that is offered counts as taken; the sign-up waits until it is confirmed.
ALTER TABLE signup ADD COLUMN quota UUID;
ALTER TABLE signup ADD COLUMN offered_until TIMESTAMPTZ;
CREATE INDEX signup_offer ON signup (tenant_id, offered_until) WHERE state = 'waiting' AND offered_until IS NOT NULL;

-- What the draw made of each ticket; it stays as it was although people withdraw later.
CREATE TABLE draw_ticket (
  tenant_id UUID NOT NULL, signup_id UUID NOT NULL, activity_id UUID NOT NULL, post_id UUID NOT NULL, post TEXT NOT NULL,
  starts_at TIMESTAMPTZ NOT NULL, ticket TEXT NOT NULL, digest TEXT NOT NULL, position BIGINT NOT NULL, outcome TEXT NOT NULL,
  PRIMARY KEY (tenant_id, signup_id), FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
  CHECK (outcome IN ('joined', 'reserved', 'line', 'passed'))
);
CREATE INDEX draw_ticket_activity ON draw_ticket (tenant_id, activity_id, starts_at, post_id, position);
