-- Rows of a roster that may be people who are on record already, with the reasons: told at the preview, never guessed.
ALTER TABLE import_run ADD COLUMN doubles JSONB;
