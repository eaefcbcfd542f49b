-- What customers chose is sealed (`d1:…`) in `choices`, with the notice and who said so; the columns
-- notice, notice_version, notice_slot and origin are filled only in records from before. Those are sealed
-- in the background: this finds them. An erased customer's records have an empty text.
CREATE INDEX consent_record_clear ON consent_record (id) WHERE substr(choices, 1, 1) = '{';
