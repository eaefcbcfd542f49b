-- Keyed digests of where a session was opened: of the network (a /16 or /32 of it) and of the country,
-- where a proxy says it. They can be compared for one person and say nothing else.
ALTER TABLE web_session ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN moved BIGINT NOT NULL DEFAULT 0
