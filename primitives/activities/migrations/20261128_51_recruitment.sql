-- Whom an activity takes on (domain 1.4, scopes 1 to 6): the teams it invites, its sealed pass code, and what proves a project
-- that is entered after the fact.
ALTER TABLE activity ADD COLUMN invited JSONB NOT NULL DEFAULT '[]';
ALTER TABLE activity ADD COLUMN pass_sealed BYTEA;
ALTER TABLE activity ADD COLUMN proof_id UUID;
ALTER TABLE activity ADD COLUMN truth_name TEXT;
ALTER TABLE activity ADD COLUMN truth_at TIMESTAMPTZ;
