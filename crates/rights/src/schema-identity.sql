-- How somebody is shown to be who they say, beyond a link: what they were asked to tell about
-- themselves, with how much of it agrees with what is held, and pictures of documents, for a short while.
CREATE TABLE rights_identity (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  asked TEXT NOT NULL DEFAULT '[]',       -- JSON array of categories
  asked_at BIGINT NOT NULL DEFAULT 0,
  declares BIGINT NOT NULL DEFAULT 0,     -- a declaration is asked for, too
  stage TEXT NOT NULL DEFAULT '',         -- '' | asked | given | compared | failed
  tries BIGINT NOT NULL DEFAULT 0,
  given_at BIGINT NOT NULL DEFAULT 0,
  declared BIGINT NOT NULL DEFAULT 0,
  told_sealed TEXT NOT NULL DEFAULT '',   -- until it is compared
  result TEXT NOT NULL DEFAULT '{}',      -- JSON: category → agrees | differs | nothing | blank
  paper_asked_at BIGINT NOT NULL DEFAULT 0
);

-- Pictures of documents; the file itself stands sealed beside the database until somebody decided, the
-- request is closed, or a week is over.
CREATE TABLE rights_paper (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id),
  at BIGINT NOT NULL,
  media TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  removed_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX rights_paper_request ON rights_paper (request);
CREATE INDEX rights_paper_removed ON rights_paper (removed_at, at)
