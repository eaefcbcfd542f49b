-- Authorised agents of the Data Rights Protocol, version 1. No person is named here in clear.

-- Whether we take part, and as whom: one row, or none.
CREATE TABLE rights_agents (
  id BIGINT PRIMARY KEY,
  sealed TEXT NOT NULL,
  read_at BIGINT NOT NULL DEFAULT 0,     -- the directory, the last time it worked
  fault TEXT NOT NULL DEFAULT ''         -- unreachable | answer | form
);

-- Agents as the directory names them.
CREATE TABLE rights_agent (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  verify_key TEXT NOT NULL,              -- Ed25519, base64
  web_url TEXT NOT NULL DEFAULT '',
  assurance_url TEXT NOT NULL DEFAULT '',
  listed BIGINT NOT NULL DEFAULT 1,      -- 0: it has left the directory
  token_hash TEXT NOT NULL DEFAULT '',
  token_at BIGINT NOT NULL DEFAULT 0,
  blocked_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX rights_agent_token ON rights_agent (token_hash);

-- Requests that agents brought. A request may be removed when its time is over: this follows.
CREATE TABLE rights_agent_request (
  request TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  action TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  sealed TEXT NOT NULL,                  -- the agent's own id of it, and where to tell how it stands
  told TEXT NOT NULL DEFAULT '',         -- digest of what was told last
  told_at BIGINT NOT NULL DEFAULT 0,
  untold BIGINT NOT NULL DEFAULT 0       -- 1: it could not be told
);
CREATE INDEX rights_agent_request_agent ON rights_agent_request (agent, received_at);

-- Messages that were taken, until they are no longer good: each is good once.
CREATE TABLE rights_agent_message (
  digest TEXT PRIMARY KEY,
  until_at BIGINT NOT NULL
);
CREATE INDEX rights_agent_message_until ON rights_agent_message (until_at)
