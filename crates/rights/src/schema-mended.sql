-- Corrections, version 2: what a new file is that is about to take an old one's place, and how its rows are
-- called; the bytes that stood in a place of a file. Both sealed.
ALTER TABLE rights_correction ADD COLUMN drafted TEXT NOT NULL DEFAULT '';
ALTER TABLE rights_correction ADD COLUMN stood TEXT NOT NULL DEFAULT ''
