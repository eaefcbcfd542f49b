-- Requests on which staff went on with less proof of the person than a law has by default, version 1.
CREATE TABLE rights_degree (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  sealed TEXT NOT NULL                    -- why less was enough
)
