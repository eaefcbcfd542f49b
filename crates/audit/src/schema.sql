-- The audit view asks by action and by purpose; customers, actors and objects have indexes already.
CREATE INDEX ledger_entry_action ON ledger_entry (action, seq);
CREATE INDEX ledger_entry_purpose ON ledger_entry (purpose, seq) WHERE purpose IS NOT NULL;
