-- Files of erasures, version 1: what a file is once it was written anew, kept before it takes the place
-- of the old one. Numbers only.
CREATE TABLE rights_erasure_file (
  request TEXT NOT NULL REFERENCES rights_erasure (request),
  at BIGINT NOT NULL,                     -- the step
  round BIGINT NOT NULL,
  stamp TEXT NOT NULL,                    -- device, number and size of the new file
  swept TEXT NOT NULL,                    -- what became of the rows
  PRIMARY KEY (request, at, round)
);
