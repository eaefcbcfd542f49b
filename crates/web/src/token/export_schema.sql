ALTER TABLE api_token ADD COLUMN export_by TEXT NOT NULL DEFAULT 'before'
