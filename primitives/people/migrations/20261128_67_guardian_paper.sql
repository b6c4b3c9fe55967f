-- The day on which, as a roster says, a guardian signed a paper: its word, and no consent before its scan is there.
ALTER TABLE guardian ADD COLUMN paper_on DATE;
