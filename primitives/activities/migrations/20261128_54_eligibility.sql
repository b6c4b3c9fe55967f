-- What an activity asks of those who come (skills, where they live), and which others one cannot join beside it.
ALTER TABLE activity ADD COLUMN skills JSONB NOT NULL DEFAULT '[]';
ALTER TABLE activity ADD COLUMN residents TEXT NOT NULL DEFAULT '';
ALTER TABLE activity ADD COLUMN exclusive JSONB NOT NULL DEFAULT '[]';
