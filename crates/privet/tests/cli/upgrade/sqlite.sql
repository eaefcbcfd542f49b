BEGIN TRANSACTION;
CREATE TABLE access_active (
    id BIGINT PRIMARY KEY,
    policy TEXT NOT NULL,
    since BIGINT NOT NULL
);
INSERT INTO "access_active" VALUES(1,'',0);
CREATE TABLE access_approval (
    id TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE TABLE access_decision (
    day TEXT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    emergency BIGINT NOT NULL,
    approved BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (day, actor, role, action, kind, purpose, emergency, approved, allowed)
);
CREATE TABLE access_glass (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    reviewed_by TEXT NOT NULL,
    reviewed_at BIGINT NOT NULL
);
CREATE TABLE access_policy (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    cases TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE TABLE access_purpose (
    user_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, purpose)
);
INSERT INTO "access_purpose" VALUES('01a2270b-2ec0-744e-a97f-88c410dd73fe','customer_support','system:setup',1795951374017227);
CREATE TABLE access_review (
    id TEXT PRIMARY KEY,
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL
);
CREATE TABLE access_review_item (
    id TEXT PRIMARY KEY,
    review TEXT NOT NULL,
    kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    what TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL
);
CREATE TABLE activity (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,                       on_behalf_of TEXT NOT NULL DEFAULT '',    purpose TEXT NOT NULL DEFAULT '',
  legal_basis TEXT NOT NULL DEFAULT '',     people TEXT NOT NULL DEFAULT '[]',        retention TEXT NOT NULL DEFAULT '',
  security TEXT NOT NULL DEFAULT '',
  owner TEXT NOT NULL DEFAULT '',
  assessment TEXT NOT NULL DEFAULT '',      created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE activity_category (
  activity_id TEXT NOT NULL REFERENCES activity (id),
  category TEXT NOT NULL,
  PRIMARY KEY (activity_id, category)
);
CREATE TABLE activity_recipient (
  activity_id TEXT NOT NULL REFERENCES activity (id),
  recipient_id TEXT NOT NULL REFERENCES recipient (id),
  PRIMARY KEY (activity_id, recipient_id)
);
CREATE TABLE activity_system (
  activity_id TEXT NOT NULL REFERENCES activity (id),
  system_id TEXT NOT NULL REFERENCES system (id),
  PRIMARY KEY (activity_id, system_id)
);
CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
, expires_at BIGINT NOT NULL DEFAULT 0, created_by TEXT NOT NULL DEFAULT '', certificate TEXT NOT NULL DEFAULT '');
INSERT INTO "api_token" VALUES('01a2270b-2fb1-776c-8d74-af08d3f2122c','shop','consent:read consent:write decide audience','P4czvPYaZ4UZwRP9wtcaSR95DM_MmTY8pCGRsUbQyqE',1795951374364206,1795951374695277,0,0,'cli','');
CREATE TABLE banner (
  property TEXT PRIMARY KEY,                body TEXT NOT NULL,                       created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE banner_answer (
  consent TEXT PRIMARY KEY,
  experiment TEXT NOT NULL,
  variant TEXT NOT NULL,
  outcome TEXT NOT NULL,                    at BIGINT NOT NULL
);
CREATE TABLE banner_count (
  experiment TEXT NOT NULL,
  variant TEXT NOT NULL,
  shown BIGINT NOT NULL,
  PRIMARY KEY (experiment, variant)
);
CREATE TABLE banner_experiment (
  id TEXT PRIMARY KEY,
  property TEXT NOT NULL,
  body TEXT NOT NULL,                       state TEXT NOT NULL,                      started_at BIGINT,
  ended_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE TABLE banner_file (
  property TEXT NOT NULL,
  kind TEXT NOT NULL,                       bytes TEXT NOT NULL,
  digest TEXT NOT NULL,
  uploaded_at BIGINT NOT NULL,
  PRIMARY KEY (property, kind)
);
CREATE TABLE banner_setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE consent_counted (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO "consent_counted" VALUES(1,0);
CREATE TABLE consent_daily (
    day BIGINT NOT NULL,
    property TEXT NOT NULL,
    notice TEXT NOT NULL,
    notice_version BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    channel TEXT NOT NULL,
    origin TEXT NOT NULL,
    choice TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, property, notice, notice_version, purpose, channel, origin, choice)
);
CREATE TABLE consent_effect (
    day BIGINT NOT NULL,
    property TEXT NOT NULL,
    class BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, property, class)
);
CREATE TABLE consent_record (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    property TEXT NOT NULL,
    notice TEXT NOT NULL,
    notice_version BIGINT NOT NULL,
    notice_slot BIGINT NOT NULL,
    language TEXT NOT NULL,
         choices TEXT NOT NULL,
    channel TEXT NOT NULL,
    page TEXT NOT NULL,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    origin TEXT NOT NULL,
         minor_until BIGINT,
    guardian TEXT NOT NULL,
    guardian_verified_at BIGINT,
    given_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    idempotency TEXT UNIQUE,
    request_digest TEXT NOT NULL
);
INSERT INTO "consent_record" VALUES('01a2270b-3134-7783-b60b-3dae25f55726','01a2270b-30e3-76bc-8dbf-0e938ae644b5','default','',0,0,'zh-CN','{"letters":"granted"}','','','','','import',NULL,'',NULL,1767254400000000,1795951374644757,'import:63f97dd4389064ec375ff5894c8d1f3a1631b0421951aa6104b7f6f866e8ae30','63f97dd4389064ec375ff5894c8d1f3a1631b0421951aa6104b7f6f866e8ae30');
INSERT INTO "consent_record" VALUES('01a2270b-3135-71c2-bc13-767df22c01d6','01a2270b-3135-71c2-bc13-767cdac06e71','default','',0,0,'zh-CN','{"letters":"denied"}','','','','','import',NULL,'',NULL,1767340800000000,1795951374645088,'import:05d4ca44062c77c1fbfdbd8cfc702759121905f9aa86e06451580e27a3e57434','05d4ca44062c77c1fbfdbd8cfc702759121905f9aa86e06451580e27a3e57434');
INSERT INTO "consent_record" VALUES('01a2270b-3135-71c2-bc13-767f748ce073','01a2270b-3135-71c2-bc13-767e18d203ff','default','',0,0,'zh-CN','{"letters":"granted"}','','','','','import',NULL,'',NULL,1767427200000000,1795951374645171,'import:cf70e31ff62485e7592c3fa33724dbc710aa3a23e90362ad1f5f61776c084942','cf70e31ff62485e7592c3fa33724dbc710aa3a23e90362ad1f5f61776c084942');
CREATE TABLE data_store (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                       comment TEXT NOT NULL DEFAULT '',
  rows_estimate BIGINT,
  rows_sampled BIGINT NOT NULL DEFAULT 0,
  people TEXT NOT NULL DEFAULT '',          people_decided TEXT NOT NULL DEFAULT '',    reads_from TEXT NOT NULL DEFAULT '[]',    seen_scan_id TEXT NOT NULL,               first_seen_at BIGINT NOT NULL,
  vanished_at BIGINT,
  UNIQUE (source_id, name)
);
CREATE TABLE decision_batch (
  id TEXT PRIMARY KEY,
  made_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  before_states TEXT NOT NULL             );
CREATE TABLE delivery (
    destination_id TEXT NOT NULL REFERENCES destination (id) ON DELETE CASCADE,
         place BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
         order_key TEXT NOT NULL,
         state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
         status BIGINT NOT NULL,
    fault TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
         settled_at BIGINT NOT NULL,
         millis BIGINT NOT NULL,
    PRIMARY KEY (destination_id, place)
);
CREATE TABLE deployment (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    key_check TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO "deployment" VALUES(1,'ff52f11df6c452666d6df08c25c37a31',1795951373494860);
CREATE TABLE destination (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
         kind TEXT NOT NULL,
         address TEXT NOT NULL,
         events TEXT NOT NULL,
         identifiers TEXT NOT NULL,
         config TEXT NOT NULL,
    secret_sealed TEXT,
         old_secret_sealed TEXT,
    old_secret_until BIGINT NOT NULL DEFAULT 0,
         state TEXT NOT NULL,
         position BIGINT NOT NULL,
         filled_to TEXT,
    sent_at BIGINT NOT NULL DEFAULT 0,
         fault TEXT NOT NULL DEFAULT '',
    fault_at BIGINT NOT NULL DEFAULT 0,
         failures BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE detector (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,                body TEXT NOT NULL,                       enabled BIGINT NOT NULL DEFAULT 1,
  version BIGINT NOT NULL DEFAULT 1,        created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE detector_history (
  detector_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  what TEXT NOT NULL,                       body TEXT NOT NULL,
  actor TEXT NOT NULL,                      at BIGINT NOT NULL,
  PRIMARY KEY (detector_id, version)
);
CREATE TABLE detector_set (
  id TEXT PRIMARY KEY,                      version BIGINT NOT NULL
);
INSERT INTO "detector_set" VALUES('own',1);
CREATE TABLE drift (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  scan_id TEXT NOT NULL REFERENCES scan (id),
  kind TEXT NOT NULL,                       store_name TEXT NOT NULL,
  field_name TEXT NOT NULL DEFAULT '',
  field_id TEXT NOT NULL DEFAULT '',
  before_value TEXT NOT NULL DEFAULT '',
  after_value TEXT NOT NULL DEFAULT '',
  sensitivity TEXT NOT NULL DEFAULT 'none',
  at BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',       handled_by TEXT NOT NULL DEFAULT '',
  handled_at BIGINT
);
CREATE TABLE field (
  id TEXT PRIMARY KEY,
  store_id TEXT NOT NULL REFERENCES data_store (id),
  source_id TEXT NOT NULL REFERENCES source (id),
  name TEXT NOT NULL,
  position BIGINT NOT NULL,
  data_type TEXT NOT NULL,
  nullable BIGINT NOT NULL DEFAULT 1,
  primary_key BIGINT NOT NULL DEFAULT 0,
  comment TEXT NOT NULL DEFAULT '',
     found_category TEXT NOT NULL DEFAULT '',
  found_sensitivity TEXT NOT NULL DEFAULT 'none',
  found_confidence DOUBLE PRECISION NOT NULL DEFAULT 0,
  found_minor BIGINT NOT NULL DEFAULT 0,
  evidence TEXT NOT NULL DEFAULT '{}',
  samples TEXT NOT NULL DEFAULT '[]',       sketch TEXT NOT NULL DEFAULT '',             decision TEXT NOT NULL DEFAULT '',        decided_category TEXT NOT NULL DEFAULT '',
  decided_sensitivity TEXT NOT NULL DEFAULT '',
  decided_by TEXT NOT NULL DEFAULT '',
  decided_at BIGINT,
  decided_note TEXT NOT NULL DEFAULT '',
     category TEXT NOT NULL DEFAULT '',
  sensitivity TEXT NOT NULL DEFAULT 'none',
  level BIGINT NOT NULL DEFAULT 0,          minor BIGINT NOT NULL DEFAULT 0,
  search TEXT NOT NULL DEFAULT '',          seen_scan_id TEXT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  vanished_at BIGINT,
  UNIQUE (store_id, name)
);
CREATE TABLE flow (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  from_end TEXT NOT NULL,
  to_end TEXT NOT NULL,
  found TEXT NOT NULL,                      reason TEXT NOT NULL DEFAULT '',          evidence TEXT NOT NULL DEFAULT '{}',      confidence DOUBLE PRECISION NOT NULL DEFAULT 1,
  categories TEXT NOT NULL DEFAULT '[]',    description TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'active',     created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE identifier (
    blind TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed TEXT NOT NULL,
    linked_at BIGINT NOT NULL
);
INSERT INTO "identifier" VALUES('e1ac342fc56c670451f4913bf6444b21','01a2270b-30e3-76bc-8dbf-0e938ae644b5','email','s2:fSks3Jpmtcv/RXsRW789IdWRYpxPZ/nqpx0fs5m1Xl4akkQKaIPiQFrE86KV6F4AuA==',1795951374563501);
INSERT INTO "identifier" VALUES('8b690cad7413d6c6feb5bf7f30c0f543','01a2270b-3135-71c2-bc13-767cdac06e71','email','s2:MD+SBtQZYGkGPl515J7/PHxeuLBhi6513X3V1qQqASTO2DmFGF9IZVDO8kBK4r4rlQ==',1795951374645067);
INSERT INTO "identifier" VALUES('a600abc0a72ae62d1ecf7711b8bfc178','01a2270b-3135-71c2-bc13-767e18d203ff','email','s2:2xEMLlB/5hKxrvyGZ45l18iVOX1s8Fm/+NGh7C8o8I2Be7J0ywJj/kTThzPacR79UA==',1795951374645157);
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    dedupe_key TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL,
         crashes BIGINT NOT NULL DEFAULT 0,
    run_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    leased_by TEXT NOT NULL DEFAULT '',
    cancel_requested BIGINT NOT NULL DEFAULT 0,
         ended_due BIGINT NOT NULL DEFAULT 0,
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE TABLE key_ring (
    name TEXT NOT NULL, version BIGINT NOT NULL, wrapped TEXT NOT NULL, root_check TEXT NOT NULL,
    created_at BIGINT NOT NULL, retired_at BIGINT, PRIMARY KEY (name, version));
INSERT INTO "key_ring" VALUES('deployment',1,'w1:EcwSq9q0pxs/uvpqRDIgCslLClFILt+75Q6tksNIM25hYK5pUpfnrqlUMsxWBnIXUjnRhUceW7GoGxlF','2737f7f24b979ff993a7b36fd4734bee',1795951373456929,NULL);
INSERT INTO "key_ring" VALUES('ring',1,'w1:7jV70lVRNibDebYp9Iv4NQUowNLLG3Vt/1C/vj/ipN6JwHha/T52y1xUqQOeE0IA3J8n1CvqKQPfVivL','2737f7f24b979ff993a7b36fd4734bee',1795951373457097,NULL);
INSERT INTO "key_ring" VALUES('kek',1,'w1:4bzDSUQfua5YmzGBE1mUGY59eU9TaC3X4rezAjDweqAdd2U5EkogbKd3iZUE7rHXkvwcNC4acMSMAawc','',1795951373457146,NULL);
CREATE TABLE ledger_entry (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    before_digest TEXT,
    after_digest TEXT,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
, purpose TEXT, subject TEXT);
INSERT INTO "ledger_entry" VALUES(1,1795951373517354,'system:store','schema.migrated','schema','datamap@1',NULL,NULL,'0000000000000000000000000000000000000000000000000000000000000000','db35e16b1ecb60f64cb82fbb69e58128187e12975cbc74b26bb2e010f2ca665b',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(2,1795951373549326,'system:store','schema.migrated','schema','inspect@1',NULL,NULL,'db35e16b1ecb60f64cb82fbb69e58128187e12975cbc74b26bb2e010f2ca665b','2b5324950c9b334ee700e607975d05d3389aff618efc12ffab45cff1aaaf79a7',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(3,1795951373563552,'system:store','schema.migrated','schema','consent@1',NULL,NULL,'2b5324950c9b334ee700e607975d05d3389aff618efc12ffab45cff1aaaf79a7','33587f4a9bf51deb62f6eb0359d8cd591aac4c1ba1ff86a332b157a5cbf7f111',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(4,1795951373581334,'system:store','schema.migrated','schema','consent-statistics@1',NULL,NULL,'33587f4a9bf51deb62f6eb0359d8cd591aac4c1ba1ff86a332b157a5cbf7f111','65db86e23260c43fc271d6d1b2eb1af765745bc62a0d531078a58f16cc52b9a2',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(5,1795951373590571,'system:store','schema.migrated','schema','consent-desk@1',NULL,NULL,'65db86e23260c43fc271d6d1b2eb1af765745bc62a0d531078a58f16cc52b9a2','a81a93a0698fc9dd2989c4db0b075eb8bfa17e2ea290a85b0194f8dc30af0dff',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(6,1795951373601016,'system:setup','property.saved','property','default',NULL,'3c1f541d68a901508acc9490572a885c7dc848107e2b81aa97d641e4ea02ef66','a81a93a0698fc9dd2989c4db0b075eb8bfa17e2ea290a85b0194f8dc30af0dff','abd36692bb6f9b42aacb6acf9fd42190820ddc04bb2ccc110ff5dd42c15d8548',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(7,1795951373612852,'system:store','schema.migrated','schema','audit@1',NULL,NULL,'abd36692bb6f9b42aacb6acf9fd42190820ddc04bb2ccc110ff5dd42c15d8548','1c99ae295ed18d62630be7d112aee9d4290d83e0cc93d7c556d8e8db9872ad2d',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(8,1795951373623062,'system:store','schema.migrated','schema','deliver@1',NULL,NULL,'1c99ae295ed18d62630be7d112aee9d4290d83e0cc93d7c556d8e8db9872ad2d','00a14afbc877d16b7c96918e3f16d4829c7ab1e57128e8708475c14b0cbe8e18',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(9,1795951373704286,'system:store','schema.migrated','schema','web@1',NULL,NULL,'00a14afbc877d16b7c96918e3f16d4829c7ab1e57128e8708475c14b0cbe8e18','4346e9b65ce58b52a90de6a5f4470c6ec5ef9710cfa92f7f3666b875d8f0b0b9',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(10,1795951373704286,'system:store','schema.migrated','schema','web-token@1',NULL,NULL,'4346e9b65ce58b52a90de6a5f4470c6ec5ef9710cfa92f7f3666b875d8f0b0b9','f254d4788b97921760ec78caaad3f493b0f32b41dd77f8a2c9ada8487e5f1dd3',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(11,1795951373704286,'system:store','schema.migrated','schema','web-session@1',NULL,NULL,'f254d4788b97921760ec78caaad3f493b0f32b41dd77f8a2c9ada8487e5f1dd3','aadc7091020306fa7bc94cc4e5bfdb97437e1da24962ff01b9ae421d4b218184',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(12,1795951373704286,'system:store','schema.migrated','schema','web-sso@1',NULL,NULL,'aadc7091020306fa7bc94cc4e5bfdb97437e1da24962ff01b9ae421d4b218184','6d2bc2effaa0283cc81247d21187c61a15e1b30637b16d216f5545072a50d764',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(13,1795951373719150,'system:store','schema.migrated','schema','mail@1',NULL,NULL,'6d2bc2effaa0283cc81247d21187c61a15e1b30637b16d216f5545072a50d764','a20202dfa9492d988f5d08f60d3b1270a11db4e492e7ab7166771263b3eb1f3b',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(14,1795951373737403,'system:store','schema.migrated','schema','access@1',NULL,NULL,'a20202dfa9492d988f5d08f60d3b1270a11db4e492e7ab7166771263b3eb1f3b','46a37f42efe7b24f83bd888a79e7a436c9640fa9a7fd0895dc600bdcfd220edb',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(15,1795951373769873,'system:store','schema.migrated','schema','preference@1',NULL,NULL,'46a37f42efe7b24f83bd888a79e7a436c9640fa9a7fd0895dc600bdcfd220edb','358fc398ac5b8aee179a49fd1eb05fa8293e5399009319faaf26863116da6d0b',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(16,1795951373793208,'system:store','schema.migrated','schema','banner@1',NULL,NULL,'358fc398ac5b8aee179a49fd1eb05fa8293e5399009319faaf26863116da6d0b','dcf1a11038b1fbaaf4a38e82e7aa30d6589ab3cea7e5bd0deaa4e0549a64aa27',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(17,1795951373798209,'system:setup','link.created','link','01a2270b-2de5-705e-82b2-2cfc674d13ce',NULL,NULL,'dcf1a11038b1fbaaf4a38e82e7aa30d6589ab3cea7e5bd0deaa4e0549a64aa27','38ce8a2dec8ac529d3fb47a1971c18a7dea57522d0ac6811a1ac80b3c7f5279c',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(18,1795951374017567,'system:setup','user.created','user','01a2270b-2ec0-744e-a97f-88c410dd73fe',NULL,NULL,'38ce8a2dec8ac529d3fb47a1971c18a7dea57522d0ac6811a1ac80b3c7f5279c','72bf67de4681496db34b7ecd27f6b4ea57949fe7c0395b0eadae8918e87aa79e',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(19,1795951374019859,'person:01a2270b-2ec0-744e-a97f-88c410dd73fe','session.started','session','01a2270b-2ec3-70b1-94f5-e0ddea1f7282',NULL,NULL,'72bf67de4681496db34b7ecd27f6b4ea57949fe7c0395b0eadae8918e87aa79e','a30a32e699aceb9e9cacacbc365dbae3516d8f558db94f78352b299e63d3397f',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(20,1795951374077998,'person:01a2270b-2ec0-744e-a97f-88c410dd73fe','purpose.saved','purpose','letters',NULL,'6a9a7fc048417e6b1e8338ace1be512a5dcd64e0e3e9ab00757502effbcd96fc','a30a32e699aceb9e9cacacbc365dbae3516d8f558db94f78352b299e63d3397f','9c4ee6102ee47386b398da0a4b0ff9a3647d17ab93430dc61e6a4206aeb99396',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(21,1795951374378418,'cli','token.created','token','01a2270b-2fb1-776c-8d74-af08d3f2122c',NULL,NULL,'9c4ee6102ee47386b398da0a4b0ff9a3647d17ab93430dc61e6a4206aeb99396','c93ba6f01503c34c2440ab773a24402480373f569a8d7af79ee48b845e65b4c7',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(22,1795951374654381,'cli','consent.recorded','consent','01a2270b-3134-7783-b60b-3dae25f55726',NULL,'ab8a3abffdfc8c486f4b39e8ddf1e537ac0c1043c576e71f8dc3359d936361ba','c93ba6f01503c34c2440ab773a24402480373f569a8d7af79ee48b845e65b4c7','2d8d1a2a6399d9ca3fcc3ee5da5d70996d9c6dc04e4180a4e38336a0133a949f',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(23,1795951374676716,'cli','consent.recorded','consent','01a2270b-3135-71c2-bc13-767df22c01d6',NULL,'d2312d4ffe298ac236848ba4c8f45dc2ed3fc98054a64ed44f770791a5a05e56','2d8d1a2a6399d9ca3fcc3ee5da5d70996d9c6dc04e4180a4e38336a0133a949f','fbff5d9ea82002628ba8eb84943fe5e1694f18aac1c8914f4366eb66fc7da6a8',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(24,1795951374676716,'cli','consent.recorded','consent','01a2270b-3135-71c2-bc13-767f748ce073',NULL,'c9b214e60d2bf1740606a0924547a755f5166798a899a21532b07cdb56d10c66','fbff5d9ea82002628ba8eb84943fe5e1694f18aac1c8914f4366eb66fc7da6a8','b4c919f43836aa7ff675fa304df1bbc4ce5670947d50f41250b070e5ac9471e5',NULL,NULL);
INSERT INTO "ledger_entry" VALUES(25,1795951374695776,'token:01a2270b-2fb1-776c-8d74-af08d3f2122c','token.used','token','01a2270b-2fb1-776c-8d74-af08d3f2122c',NULL,NULL,'b4c919f43836aa7ff675fa304df1bbc4ce5670947d50f41250b070e5ac9471e5','381cc8bcde803f3e1d7915407e396dee65282c071496b7557c550653a9a90fc3',NULL,NULL);
CREATE TABLE ledger_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    mac TEXT NOT NULL
);
INSERT INTO "ledger_head" VALUES(1,25,'381cc8bcde803f3e1d7915407e396dee65282c071496b7557c550653a9a90fc3','313755a586e964ba4e5934faf9a5b4bd7a847531145fa1ff76cf1c9acc59a462');
CREATE TABLE map_version (
  id TEXT PRIMARY KEY,                      version BIGINT NOT NULL
);
INSERT INTO "map_version" VALUES('map',1);
CREATE TABLE migration (
    room TEXT NOT NULL, version BIGINT NOT NULL, checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL, PRIMARY KEY (room, version));
INSERT INTO "migration" VALUES('store',1,'a4c41735471465e7c17ccdaf4dd6bb699c256d9ab346a5ef609e9d77834c9140',1795951373485249);
INSERT INTO "migration" VALUES('store',2,'3422484109b362f495f9c13fd7fedab05ac9965e0f1fe0d430b3e0cafdb7c8d6',1795951373486083);
INSERT INTO "migration" VALUES('datamap',1,'83e67fc602366cb6e18c3e61d69653b03b467262ee8b637ca7962a3f0082c5d6',1795951373517022);
INSERT INTO "migration" VALUES('inspect',1,'b649d0a5fe2c1b6258c41fa47d1eca4f4e3dd2709805a4ea49a0658bc879ac32',1795951373549038);
INSERT INTO "migration" VALUES('consent',1,'774b7bec2d61ff0c759361f02109d74795c52668b34a50e6e4a5a2bc1e0ac722',1795951373563328);
INSERT INTO "migration" VALUES('consent-statistics',1,'bf82a0b423fdfe4b7d649c1f8512b1645821e93f7853af9231f91921706888a4',1795951373581109);
INSERT INTO "migration" VALUES('consent-desk',1,'839ba4ae4ebd359502bfc5413afa09ef844b294caef61ee4682039b16648b9dc',1795951373590326);
INSERT INTO "migration" VALUES('audit',1,'7dc49248bdd1d54e963ca973bfdec6637f27504ace8a76d76f9e1e7eeb0b187f',1795951373612630);
INSERT INTO "migration" VALUES('deliver',1,'2645b634cd0a6db1b03e1c0b855c9fc82738669c43bc7f8ff0a564c6796c8348',1795951373622843);
INSERT INTO "migration" VALUES('web',1,'ba5a740e78aef5dfa2f6411162fcc5036896825c5369eff4084d4f9212c36a00',1795951373685337);
INSERT INTO "migration" VALUES('web-token',1,'336da79280835992d9481abd1d303def9745838c20a8a3c451ffc8ee6e0ecaab',1795951373692435);
INSERT INTO "migration" VALUES('web-session',1,'319528c06f5ebd957293f44a5e2de89ac6231d78f40da866cadf198546b95056',1795951373703562);
INSERT INTO "migration" VALUES('web-sso',1,'65500ce1e4454352940704930b56a2b7d68c1da7f2541a5e3f7c40889ad1d100',1795951373703994);
INSERT INTO "migration" VALUES('mail',1,'a5a21032fa5b5ec2c04ffc7ad6380f789eefdd11855c710527b612b06607516f',1795951373718923);
INSERT INTO "migration" VALUES('access',1,'a70296f5d65e4b3f346283662733615712ed5eb1b8303d286785886ecdc1b5a1',1795951373737126);
INSERT INTO "migration" VALUES('preference',1,'db897a0509fcecd3c57a2814907bad79daa96ec902bd7a666776213a26eacedf',1795951373769608);
INSERT INTO "migration" VALUES('banner',1,'78adf1d43f3aea2d1867f79f4de9bc9fe85429aeca85b8732f86a03c045e213e',1795951373792930);
CREATE TABLE notice (
    key TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    draft TEXT,
    retired_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE notice_picture (
    id TEXT PRIMARY KEY,
    notice TEXT NOT NULL,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    media_type TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE notice_version (
    notice TEXT NOT NULL,
    version BIGINT NOT NULL,
    slot BIGINT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    actor TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (notice, version)
);
CREATE TABLE organisation (
  id TEXT PRIMARY KEY,                      name TEXT NOT NULL DEFAULT '',
  contact TEXT NOT NULL DEFAULT '',
  representative TEXT NOT NULL DEFAULT '',
  officer TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL
);
CREATE TABLE origin (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  kind TEXT NOT NULL,                       touchpoint TEXT NOT NULL DEFAULT '',      provider TEXT NOT NULL DEFAULT '',        contract TEXT NOT NULL DEFAULT '',        country TEXT NOT NULL DEFAULT ''
);
CREATE TABLE preference_link (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    person_sealed TEXT NOT NULL,
    property TEXT NOT NULL,
    lang TEXT NOT NULL,
    code_mac TEXT NOT NULL,
    tries_left BIGINT NOT NULL,
    record TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE TABLE preference_request (
    id TEXT PRIMARY KEY,
    link TEXT NOT NULL,
    person_sealed TEXT NOT NULL,
    property TEXT NOT NULL,
    lang TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE preference_session (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    person_sealed TEXT NOT NULL,
    undo_sealed TEXT NOT NULL,
    property TEXT NOT NULL,
    lang TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE preference_setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE preference_unsubscribed (
    record TEXT PRIMARY KEY,
    way TEXT NOT NULL,
    took_us BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE TABLE property (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
INSERT INTO "property" VALUES('default','{"name":"","country":"CN","regimes":["gdpr","ccpa","pipl"],"language":"zh-CN"}',1795951373600769,1795951373600769);
CREATE TABLE purpose (
    key TEXT PRIMARY KEY,
    slot BIGINT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    retired_at BIGINT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
INSERT INTO "purpose" VALUES('letters',0,1,NULL,'{"name":{"en":"Letters","zh-CN":"来信"},"description":{"en":"We write to you.","zh-CN":"我们给您写信。"},"if_refused":{},"basis":{"gdpr":"consent","ccpa":"opt_out","pipl":"consent"},"data":["contact.email"],"systems":[],"vendors":[],"sensitive":false,"separate_consent":false,"double_opt_in":false,"signals":[]}',1795951374077489,1795951374077489);
CREATE TABLE purpose_version (
    purpose TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (purpose, version)
);
INSERT INTO "purpose_version" VALUES('letters',1,'{"name":{"en":"Letters","zh-CN":"来信"},"description":{"en":"We write to you.","zh-CN":"我们给您写信。"},"if_refused":{},"basis":{"gdpr":"consent","ccpa":"opt_out","pipl":"consent"},"data":["contact.email"],"systems":[],"vendors":[],"sensitive":false,"separate_consent":false,"double_opt_in":false,"signals":[]}','person:01a2270b-2ec0-744e-a97f-88c410dd73fe',1795951374077489);
CREATE TABLE purpose_view (
    id TEXT PRIMARY KEY,
         destination_id TEXT NOT NULL REFERENCES destination (id),
    purpose TEXT NOT NULL,
    base_schema TEXT NOT NULL,
    base_table TEXT NOT NULL,
         match_column TEXT NOT NULL,
    identifier_kind TEXT NOT NULL,
         columns TEXT NOT NULL,
         role TEXT NOT NULL,
    view_schema TEXT NOT NULL,
    view_name TEXT NOT NULL,
         state TEXT NOT NULL,
         applied TEXT NOT NULL DEFAULT '',
    applied_at BIGINT NOT NULL DEFAULT 0,
         drift TEXT NOT NULL DEFAULT '',
    checked_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE recipient (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                       country TEXT NOT NULL DEFAULT '',
  safeguard TEXT NOT NULL DEFAULT '',       contract TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE scan (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  job_id TEXT,
  state TEXT NOT NULL,                      started_by TEXT NOT NULL,                 started_at BIGINT,
  finished_at BIGINT,
  stores_total BIGINT NOT NULL DEFAULT 0,
  stores_done BIGINT NOT NULL DEFAULT 0,
  stores_failed BIGINT NOT NULL DEFAULT 0,
  fields_seen BIGINT NOT NULL DEFAULT 0,
  fields_personal BIGINT NOT NULL DEFAULT 0,
  error_code TEXT NOT NULL DEFAULT '',
  error_subject TEXT NOT NULL DEFAULT '',      error_why TEXT NOT NULL DEFAULT '',          created_at BIGINT NOT NULL
);
CREATE TABLE scan_problem (
  scan_id TEXT NOT NULL REFERENCES scan (id),
  store_name TEXT NOT NULL,
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (scan_id, store_name)
);
CREATE TABLE schedule (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    payload TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    last_at BIGINT
);
CREATE TABLE source (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  system_id TEXT REFERENCES system (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                       address TEXT NOT NULL,                    password_sealed TEXT,
  tls TEXT NOT NULL DEFAULT 'prefer',       tls_ca TEXT NOT NULL DEFAULT '',
  rows_per_store BIGINT NOT NULL DEFAULT 1000,
  tables_glob TEXT NOT NULL DEFAULT '',
  cron TEXT NOT NULL DEFAULT '',            zone TEXT NOT NULL DEFAULT 'UTC',
  last_scan_id TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE store_link (
  source_id TEXT NOT NULL REFERENCES source (id),
  from_store TEXT NOT NULL,
  from_columns TEXT NOT NULL,               to_store TEXT NOT NULL,
  to_columns TEXT NOT NULL,                 PRIMARY KEY (source_id, from_store, from_columns, to_store)
);
CREATE TABLE subject (
    id TEXT PRIMARY KEY,
    wrapped_key TEXT NOT NULL,
    merged_into TEXT,
    restricted_at BIGINT,
    erased_at BIGINT,
    created_at BIGINT NOT NULL
);
INSERT INTO "subject" VALUES('01a2270b-30e3-76bc-8dbf-0e938ae644b5','k1:Zc9RDnYeBm/kRu+HgNEKBep+M2DwYuciA4yHuatn00bftLHk7/1CtUZMiH8bUVkAHKL1XLtxJccHfDqZ',NULL,NULL,NULL,1795951374563501);
INSERT INTO "subject" VALUES('01a2270b-3135-71c2-bc13-767cdac06e71','k1:oYcxagQVhS6FNLJW+vffryyWdV5bmJNDeiNRHu23lYyKKIXBSI8m0Z/UuFyM3FjDmNFlzjI4cPv6tMuJ',NULL,NULL,NULL,1795951374645067);
INSERT INTO "subject" VALUES('01a2270b-3135-71c2-bc13-767e18d203ff','k1:as3Kn+a+hv7QS29FUYbUwDnK4mEBBvI9mSoSY6AHoT8PH5qnf48UcE8uoOm8LcqecnjqWYH9Uh9+Zj6Y',NULL,NULL,NULL,1795951374645157);
CREATE TABLE subject_note (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
         about TEXT NOT NULL,
    record TEXT NOT NULL,
    sealed TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE TABLE system (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,                 name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  owner TEXT NOT NULL DEFAULT '',           purpose TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL DEFAULT '',         created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE web_identity (
    subject_index TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE web_link (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
INSERT INTO "web_link" VALUES('01a2270b-2de5-705e-82b2-2cfc674d13ce','setup','Kmy6towH3t4UhWVut3XjGroghDtnAKNUg3h7gyD2vck','','owner','setup',1795951373798043,1798543373798043,1795951374016707);
CREATE TABLE web_mail (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    lang TEXT NOT NULL,
    state TEXT NOT NULL,
    letter_sealed TEXT NOT NULL,
    fault TEXT NOT NULL,
    code TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE TABLE web_recovery_code (
    user_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (user_id, hash)
);
CREATE TABLE web_session (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
, how TEXT NOT NULL DEFAULT '', new_device BIGINT NOT NULL DEFAULT 0);
INSERT INTO "web_session" VALUES('01a2270b-2ec3-70b1-94f5-e0ddea1f7282','iSKZ8PtjMOQ1d1jvgOGKiSmGsT1jS-aWKfw8zD8lgxo','01a2270b-2ec0-744e-a97f-88c410dd73fe','',1795951374019449,1797160974019449,0,'link',0);
CREATE TABLE web_setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO "web_setting" VALUES('organisation','Lantern Tea');
CREATE TABLE web_user (
    id TEXT PRIMARY KEY,
    name_sealed TEXT NOT NULL,
    login_sealed TEXT NOT NULL,
    login_index TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_sealed TEXT NOT NULL,
    totp_step BIGINT NOT NULL,
    lang TEXT NOT NULL,
    theme TEXT NOT NULL,
    disabled_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO "web_user" VALUES('01a2270b-2ec0-744e-a97f-88c410dd73fe','v1:vJT38XNUA8M5ukLXj3up83bphuBs2Kt9K+6C8LsSeZVYIa6tujDpMg==','v1:cRRRmEhAFR5G+Xne79MapSUmUehTY14V/1x4eCvQh1yWNeNwUiDNPFpLFFYs','bGZ81JngpH6q7I9HdixvjX4AIrGhn6EwbhbDFYqQRCU','owner','$argon2id$v=19$m=19456,t=2,p=1$mXxYa2d+wKOpKXKG7QxOaQ$pXjuPtPF1ej7o9M0gnJVPlTaxBfpdtbDs3ZYFFKhM+k','',0,'en','auto',0,1795951374017048);
CREATE INDEX ledger_entry_object ON ledger_entry (object_kind, object_id, seq);
CREATE INDEX ledger_entry_actor ON ledger_entry (actor, seq);
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_ended ON job (ended_due) WHERE ended_due > 0;
CREATE UNIQUE INDEX job_dedupe ON job (dedupe_key)
    WHERE dedupe_key IS NOT NULL AND state IN ('queued', 'running');
CREATE INDEX schedule_due ON schedule (next_at);
CREATE INDEX ledger_entry_subject ON ledger_entry (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX origin_by_source ON origin (source_id);
CREATE INDEX scan_by_source ON scan (source_id, created_at);
CREATE INDEX field_by_level ON field (level DESC, category, id);
CREATE INDEX field_by_source ON field (source_id, level DESC, category, id);
CREATE INDEX field_by_category ON field (category, id);
CREATE INDEX field_by_name ON field (search, id);
CREATE INDEX field_by_decision ON field (decision, level DESC, category, id);
CREATE INDEX drift_open ON drift (state, at);
CREATE INDEX drift_by_scan ON drift (scan_id);
CREATE INDEX decision_batch_by_at ON decision_batch (at);
CREATE INDEX notice_picture_of ON notice_picture (notice, version);
CREATE INDEX subject_merged ON subject (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX identifier_of ON identifier (subject);
CREATE INDEX consent_record_of ON consent_record (subject, given_at);
CREATE INDEX consent_record_at ON consent_record (recorded_at);
CREATE INDEX subject_note_of ON subject_note (subject, at);
CREATE INDEX ledger_entry_action ON ledger_entry (action, seq);
CREATE INDEX ledger_entry_purpose ON ledger_entry (purpose, seq) WHERE purpose IS NOT NULL;
CREATE INDEX delivery_waiting ON delivery (destination_id, order_key, place) WHERE state = 'waiting';
CREATE INDEX delivery_state ON delivery (state, place);
CREATE UNIQUE INDEX purpose_view_name ON purpose_view (destination_id, view_schema, view_name)
    WHERE state <> 'removed';
CREATE INDEX web_session_user ON web_session (user_id);
CREATE INDEX web_identity_user ON web_identity (user_id);
CREATE INDEX web_mail_state ON web_mail (state, id);
CREATE INDEX access_approval_state ON access_approval (state, asked_at);
CREATE INDEX access_glass_open ON access_glass (ended_at, expires_at);
CREATE INDEX access_review_item_review ON access_review_item (review, verdict);
CREATE INDEX preference_link_record ON preference_link (record);
CREATE INDEX preference_unsubscribed_at ON preference_unsubscribed (at);
CREATE INDEX banner_experiment_of ON banner_experiment (property, created_at);
CREATE INDEX banner_answer_of ON banner_answer (experiment, variant, outcome);
COMMIT;
