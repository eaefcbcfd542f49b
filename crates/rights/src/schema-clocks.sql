-- The work on requests, version 1: what staff were told, words they use again, and the numbers of
-- requests that were removed. Nobody is named here.

-- The figures read nothing but these: rows of requests are wide.
CREATE INDEX rights_request_came ON rights_request
  (received_at, kind, state, regimes, refusal, closed_at, due_at, paused);
CREATE INDEX rights_request_closed ON rights_request
  (closed_at, kind, state, regimes, refusal, received_at, due_at, paused);
CREATE INDEX rights_request_open ON rights_request (state, due_at, paused);
CREATE INDEX rights_request_about ON rights_request (about);

-- A step of a deadline that staff were reminded of; one that moves is another deadline.
CREATE TABLE rights_reminder (
  request TEXT NOT NULL REFERENCES rights_request (id),
  step TEXT NOT NULL,                    -- due-half | due-five | due-one | late-0 | late-1 … | notice-… | confirm-…
  until BIGINT NOT NULL,                 -- the deadline
  at BIGINT NOT NULL,
  PRIMARY KEY (request, step, until)
);

-- Who was written to on a day: once.
CREATE TABLE rights_digest (
  day TEXT NOT NULL,
  reader TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (day, reader)
);

-- Words that staff use again. Those that come with Privet stand here once they were changed or deleted.
CREATE TABLE rights_template (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,                    -- '' is any
  lang TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  gone BIGINT NOT NULL DEFAULT 0
);

-- Requests that were removed, as numbers. A month is twelve times its year, and its months since January.
CREATE TABLE rights_count (
  received_month BIGINT NOT NULL,
  closed_month BIGINT NOT NULL,
  kind TEXT NOT NULL,
  regimes TEXT NOT NULL,
  state TEXT NOT NULL,
  refusal TEXT NOT NULL,
  in_time BIGINT NOT NULL,
  days BIGINT NOT NULL,                  -- from receipt to the end
  n BIGINT NOT NULL,
  PRIMARY KEY (received_month, closed_month, kind, regimes, state, refusal, in_time, days)
);
CREATE INDEX rights_count_closed ON rights_count (closed_month);
