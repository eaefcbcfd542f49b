CREATE TABLE web_group (
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
)
