-- Purposes of notices whose earlier consents no longer cover what is done; until the notice is
-- published anew.
CREATE TABLE consent_fresh (
    notice TEXT NOT NULL,
    purpose TEXT NOT NULL,
    href TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (notice, purpose)
);
