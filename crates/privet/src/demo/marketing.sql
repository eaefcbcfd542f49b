CREATE TABLE subscribers (
  id INTEGER PRIMARY KEY, email TEXT UNIQUE, full_name TEXT, locale TEXT, signup_source TEXT,
  subscribed_at TEXT, unsubscribed_at TEXT);
CREATE TABLE campaigns (
  id INTEGER PRIMARY KEY, name TEXT, subject TEXT, channel TEXT, budget REAL, sent_at TEXT);
CREATE TABLE sends (
  campaign_id INTEGER REFERENCES campaigns (id), subscriber_id INTEGER REFERENCES subscribers (id),
  opened_at TEXT, clicked_at TEXT, PRIMARY KEY (campaign_id, subscriber_id));
CREATE TABLE devices (
  device_id TEXT PRIMARY KEY, customer_no TEXT, platform TEXT, os_version TEXT, idfa TEXT,
  push_token TEXT, last_seen TEXT);
CREATE TABLE events (
  id INTEGER PRIMARY KEY, device_id TEXT REFERENCES devices (device_id), name TEXT, payload JSON, at TEXT);
CREATE TABLE consents (
  id INTEGER PRIMARY KEY, email TEXT, purpose TEXT, granted INTEGER, channel TEXT, recorded_at TEXT);
CREATE TABLE ad_audiences (
  audience TEXT, hashed_email TEXT, gclid TEXT, uploaded_at TEXT);
CREATE TABLE segments (id INTEGER PRIMARY KEY, name TEXT, rule TEXT, size INTEGER);
CREATE TABLE ab_tests (id INTEGER PRIMARY KEY, name TEXT, variant TEXT, conversions INTEGER, exposures INTEGER);
CREATE VIEW vw_mailing_list AS
  SELECT email, full_name, locale FROM subscribers WHERE unsubscribed_at IS NULL;
