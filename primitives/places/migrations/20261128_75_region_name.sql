-- What regions were called before, with the last day of each name: a report of the time before says the name of then.
CREATE TABLE region_name (
  code TEXT NOT NULL, valid_to DATE NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (code, valid_to)
);
