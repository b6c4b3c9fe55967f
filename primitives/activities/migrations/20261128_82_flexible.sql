-- Free hours: a session is a window of a day, within which everybody chooses when they come and of which so much counts at most.
ALTER TABLE activity ADD COLUMN flexible BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE activity_session ADD COLUMN flexible BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE activity_session ADD COLUMN visit_minutes BIGINT;
-- Whether somebody did not say when they come: then their sign-up takes no hour of their day.
ALTER TABLE signup ADD COLUMN loose BOOLEAN NOT NULL DEFAULT FALSE;
