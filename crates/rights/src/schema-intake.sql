-- Requests that come by mail or by the file.

-- Where a request came from, so that the same thing sent twice makes one: a keyed digest.
CREATE TABLE rights_origin (
  origin TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id)
);
CREATE INDEX rights_origin_request ON rights_origin (request);

-- Mail that came in. What stands in it is sealed, and wiped once it was made a request or put aside.
CREATE TABLE rights_mail (
  id TEXT PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,           -- keyed digest of the message
  at BIGINT NOT NULL,
  stage TEXT NOT NULL,                   -- new | made | aside
  guess TEXT NOT NULL DEFAULT '',        -- a kind of request
  request TEXT NOT NULL DEFAULT '',
  sealed TEXT NOT NULL
);
CREATE INDEX rights_mail_stage ON rights_mail (stage, at);

-- Files of requests: checked, and then taken in line by line. Lines are sealed, and wiped at the end.
CREATE TABLE rights_import (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  stage TEXT NOT NULL,                   -- checked | running | done | failed | aside
  lines BIGINT NOT NULL,
  made BIGINT NOT NULL DEFAULT 0,
  sealed TEXT NOT NULL
)
