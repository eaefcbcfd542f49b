CREATE TABLE web_mail (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    lang TEXT NOT NULL,
    state TEXT NOT NULL,
    letter_sealed TEXT NOT NULL,
    fault TEXT NOT NULL,
    code TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE INDEX web_mail_state ON web_mail (state, id)
