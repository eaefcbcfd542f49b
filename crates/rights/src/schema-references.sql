-- References between databases that no database declares: rows of one side belong to whom the row of
-- the other side belongs to.
CREATE TABLE rights_reference (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  from_source TEXT NOT NULL,
  from_table TEXT NOT NULL,
  from_column TEXT NOT NULL,
  to_source TEXT NOT NULL,
  to_table TEXT NOT NULL,
  to_column TEXT NOT NULL
);
CREATE UNIQUE INDEX rights_reference_ends ON rights_reference
  (from_source, from_table, from_column, to_source, to_table, to_column)
