-- Rights requests, version 1. What a person wrote and who they are is sealed; they are found by blind
-- indexes of their identifiers.
CREATE TABLE rights_request (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  channel TEXT NOT NULL,
  property TEXT NOT NULL,
  lang TEXT NOT NULL,
  regimes TEXT NOT NULL,                 -- JSON array of keys of laws
  state TEXT NOT NULL,
  level TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  verified_at BIGINT NOT NULL DEFAULT 0,
  due_at BIGINT NOT NULL DEFAULT 0,
  due_by TEXT NOT NULL DEFAULT '',       -- id of the law's fact
  confirm_by BIGINT NOT NULL DEFAULT 0,
  extended_at BIGINT NOT NULL DEFAULT 0,
  extendable_to BIGINT NOT NULL DEFAULT 0,
  notice_by BIGINT NOT NULL DEFAULT 0,
  closed_at BIGINT NOT NULL DEFAULT 0,
  refusal TEXT NOT NULL DEFAULT '',
  assignee TEXT NOT NULL DEFAULT '',
  about TEXT NOT NULL DEFAULT '',        -- an appeal: the request it is about
  private_sealed TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  paused BIGINT NOT NULL DEFAULT 0       -- the clock that counts stands still
);
CREATE INDEX rights_request_due ON rights_request (state, due_at, id);
CREATE INDEX rights_request_received ON rights_request (received_at, id);
CREATE INDEX rights_request_assignee ON rights_request (assignee, state, due_at);

-- By whom: blind indexes of identifiers.
CREATE TABLE rights_person (
  request TEXT NOT NULL REFERENCES rights_request (id),
  blind TEXT NOT NULL,
  PRIMARY KEY (blind, request)
);
CREATE INDEX rights_person_request ON rights_person (request);

-- When something was awaited that stops the clock.
CREATE TABLE rights_pause (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id),
  reason TEXT NOT NULL,                  -- clarification | identity | fee
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL DEFAULT 0        -- 0: still
);
CREATE INDEX rights_pause_request ON rights_pause (request);

-- What was written between the person and us, and what staff noted for themselves.
CREATE TABLE rights_message (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id),
  author TEXT NOT NULL,                  -- person | staff | note
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  read_at BIGINT NOT NULL DEFAULT 0,
  text_sealed TEXT NOT NULL
);
CREATE INDEX rights_message_request ON rights_message (request, at);

-- What happened.
CREATE TABLE rights_event (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT ''        -- a day, a level, a key; never words of a person
);
CREATE INDEX rights_event_request ON rights_event (request, at);

-- Links by which a person shows that an address is theirs; only the hash is kept.
CREATE TABLE rights_link (
  hash TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id),
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX rights_link_request ON rights_link (request);

-- Where a person's data is: names and counts of the last search.
CREATE TABLE rights_search (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  stage TEXT NOT NULL,                   -- running | done | failed
  asked_at BIGINT NOT NULL,
  asked_by TEXT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  findings TEXT NOT NULL DEFAULT '{}'
);

-- What a person takes home; the file itself stands sealed beside the database.
CREATE TABLE rights_bundle (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  stage TEXT NOT NULL,                   -- making | ready | failed | gone
  expires_at BIGINT NOT NULL,
  made_at BIGINT NOT NULL DEFAULT 0,
  bytes BIGINT NOT NULL DEFAULT 0,
  rows BIGINT NOT NULL DEFAULT 0,
  missing BIGINT NOT NULL DEFAULT 0,     -- sources and tables that could not be read
  opened_at BIGINT NOT NULL DEFAULT 0,
  place TEXT NOT NULL DEFAULT ''         -- names of tables that were read to their end
);

-- Gives requests their numbers.
CREATE TABLE rights_counter (
  id BIGINT PRIMARY KEY,
  number BIGINT NOT NULL
);
INSERT INTO rights_counter (id, number) VALUES (1, 0)
