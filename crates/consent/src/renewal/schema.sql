-- Runs that give every customer's data key a new version. `reached` is the last customer that is done;
-- `unfinished` is 1 or NULL, and unique: there is one run at a time.
CREATE TABLE key_renewal (
    id TEXT PRIMARY KEY,
    unfinished BIGINT UNIQUE,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    resealed BIGINT NOT NULL,
    unopened BIGINT NOT NULL,
    actor TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    reached TEXT NOT NULL,
    last TEXT NOT NULL
);
