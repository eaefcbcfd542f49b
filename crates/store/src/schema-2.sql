-- Whose data an entry is about, and for which purpose it was used.
ALTER TABLE ledger_entry ADD COLUMN purpose TEXT;
ALTER TABLE ledger_entry ADD COLUMN subject TEXT;
CREATE INDEX ledger_entry_subject ON ledger_entry (subject, seq) WHERE subject IS NOT NULL;
