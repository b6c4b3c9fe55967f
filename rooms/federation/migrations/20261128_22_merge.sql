-- What went over from one record to another when they were made one, so that it can go back: rows by their table and column,
-- memberships that ended, and rows of hours with those that stand for them now.
CREATE TABLE merge_row (
  tenant_id UUID NOT NULL, merge_id UUID NOT NULL, kind TEXT NOT NULL, row_id UUID NOT NULL, other_id UUID,
  PRIMARY KEY (tenant_id, merge_id, kind, row_id),
  FOREIGN KEY (tenant_id, merge_id) REFERENCES person_merge (tenant_id, id)
);
