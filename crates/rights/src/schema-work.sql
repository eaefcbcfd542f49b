-- Tasks for owners of systems, version 1: what of a request cannot be done by Privet itself, once for
-- each source and step. What owners say is sealed; the rest names sources and tables, no person.
CREATE TABLE rights_task (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id),
  source TEXT NOT NULL,                  -- id in the data map
  name TEXT NOT NULL,                    -- what the source was called then
  step TEXT NOT NULL,                    -- search | copy | correction | erasure
  why TEXT NOT NULL,                     -- down | rights | changed | files | declared | hands | other
  detail TEXT NOT NULL,                  -- names of tables, or words of the database
  owner TEXT NOT NULL,                   -- a member of staff's id, or ''
  stand TEXT NOT NULL,                   -- open | done | dropped | reached | closed
  margin BIGINT NOT NULL,                -- so long before the answer it is due (µs)
  made_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,               -- out of reach again
  tries BIGINT NOT NULL DEFAULT 1,
  ended_at BIGINT NOT NULL DEFAULT 0,
  ended_by TEXT NOT NULL DEFAULT '',
  said_sealed TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX rights_task_once ON rights_task (request, source, step);
CREATE INDEX rights_task_owner ON rights_task (owner, stand);
CREATE INDEX rights_task_stand ON rights_task (stand, request)
