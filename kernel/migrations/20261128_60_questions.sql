-- The bell in the head of every page counts what is unread.
CREATE INDEX message_unread ON message (tenant_id, person_id) WHERE read_at IS NULL;
-- What a message asks its reader, while it waits for the answer.
ALTER TABLE message ADD COLUMN ask TEXT;
ALTER TABLE message ADD COLUMN ask_until TIMESTAMPTZ;
