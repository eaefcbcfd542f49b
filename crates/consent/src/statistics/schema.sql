-- How often what was chosen, by the day of the choice (days since 1 January 1970, UTC). Filled by
-- following the ledger: entries up to the mark are counted here, later ones when they are asked for.
CREATE TABLE consent_daily (
    day BIGINT NOT NULL,
    property TEXT NOT NULL,
    notice TEXT NOT NULL,
    notice_version BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    channel TEXT NOT NULL,
    origin TEXT NOT NULL,
    choice TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, property, notice, notice_version, purpose, channel, origin, choice)
);
-- How long withdrawals took from the customer's word to their effect, in classes of time.
CREATE TABLE consent_effect (
    day BIGINT NOT NULL,
    property TEXT NOT NULL,
    class BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, property, class)
);
-- Up to which entry of the ledger everything is counted.
CREATE TABLE consent_counted (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO consent_counted (id, seq) VALUES (1, 0);
