-- The certificates that an activity asks for, each with the name that it had then; and whom it was told that theirs ends before.
ALTER TABLE activity ADD COLUMN certificates JSONB NOT NULL DEFAULT '[]';
ALTER TABLE signup ADD COLUMN certificate_told_at TIMESTAMPTZ;
