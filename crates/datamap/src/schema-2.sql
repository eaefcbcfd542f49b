-- How long nobody read a table, as its server's own statistics show from one look to the next.
CREATE TABLE store_usage (
  store_id TEXT PRIMARY KEY REFERENCES data_store (id) ON DELETE CASCADE,
  reads BIGINT NOT NULL,                 -- the server's counter at the last look
  looked_at BIGINT NOT NULL,
  quiet_from BIGINT NOT NULL,            -- since then no look saw it grow
  watched BIGINT NOT NULL                -- µs of that time between two looks without a scan of ours
);
