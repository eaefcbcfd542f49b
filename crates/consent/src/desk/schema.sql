-- Why somebody of the staff saw or changed something of a customer, in their own words. Sealed with the
-- customer's key: such words often name people, and they go when the customer is erased.
CREATE TABLE subject_note (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    -- 'revealed' | 'recorded' | 'restricted' | 'unrestricted'
    about TEXT NOT NULL,
    record TEXT NOT NULL,
    sealed TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX subject_note_of ON subject_note (subject, at);
