//! Every check fails and passes on a real store: an honest company passes all of them; each is broken by
//! itself, found, mended, and no longer found.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeSet;

use support::{at, guarded, open, set, world};

/// Where: `E` a company in Germany, `C` one in China; the check; what breaks; what mends.
type Case = (char, &'static str, &'static str, &'static str);

/// These stand first: what the others leave changed would make policies stale.
const ROOMS: &[Case] = &[
    (
        'E',
        "policy-stale",
        "UPDATE activity SET purpose = 'Sells umbrellas'",
        "UPDATE activity SET purpose = 'Sends news'",
    ),
    (
        'E',
        "policy-lacks",
        "UPDATE policy SET draft = REPLACE(REPLACE(draft, '\"own\":', '\"own\":[],\"was\":'), '\"automated\":\"no\"', '\"automated\":\"\"')",
        "UPDATE policy SET draft = REPLACE(REPLACE(draft, '\"own\":[],\"was\":', '\"own\":'), '\"automated\":\"\"', '\"automated\":\"no\"')",
    ),
    (
        'C',
        "policy-missing",
        "UPDATE policy SET version = 0 WHERE property = 'shop'",
        "UPDATE policy SET version = 1 WHERE property = 'shop'",
    ),
    (
        'E',
        "retention-unruled",
        "UPDATE retention_rule SET state = 'off'",
        "UPDATE retention_rule SET state = 'on'",
    ),
    (
        'C',
        "retention-never-run",
        "UPDATE retention_run SET state = 'discarded'",
        "UPDATE retention_run SET state = 'finished'",
    ),
    (
        'E',
        "retention-stopped",
        "UPDATE retention_run SET state = 'failed'",
        "UPDATE retention_run SET state = 'finished'",
    ),
    (
        'C',
        "retention-waiting",
        "UPDATE retention_run SET state = 'planned', waits = 'first', begun_at = 0, planned_at = {d9}",
        "UPDATE retention_run SET state = 'finished', waits = '', begun_at = {d2}",
    ),
    (
        'E',
        "hold-endless",
        "UPDATE retention_hold SET until_at = 0, made_at = {d400}",
        "UPDATE retention_hold SET until_at = {d-40}",
    ),
    (
        'E',
        "grants-excess",
        "UPDATE grant_check SET excess = 3",
        "UPDATE grant_check SET excess = 0",
    ),
    (
        'C',
        "grants-unstated",
        "UPDATE grant_check SET unbound = 1",
        "UPDATE grant_check SET unbound = 0",
    ),
    (
        'E',
        "grants-unread",
        "UPDATE grant_check SET looked_at = {d100}",
        "UPDATE grant_check SET looked_at = {d1}",
    ),
    (
        'C',
        "grants-unread",
        "DELETE FROM grant_check",
        "INSERT INTO grant_check (source_id, state, looked_at, tried_at, judged) VALUES ('src-1', 'done', {d1}, {d1}, 2)",
    ),
];

const RECORDS: &[Case] = &[
    (
        'E',
        "organisation-unnamed",
        "UPDATE organisation SET name = ''",
        "UPDATE organisation SET name = 'Tea'",
    ),
    (
        'C',
        "organisation-uncontactable",
        "UPDATE organisation SET contact = ''",
        "UPDATE organisation SET contact = 'x'",
    ),
    (
        'E',
        "officer-unnamed",
        "UPDATE organisation SET officer = ''",
        "UPDATE organisation SET officer = 'Anna'",
    ),
    (
        'E',
        "representative-unnamed",
        "UPDATE organisation SET representative = ''; UPDATE system SET country = 'TH' WHERE id = 'sys-1'; UPDATE property SET body = REPLACE(body, '\"country\":\"DE\"', '\"country\":\"TH\"')",
        "UPDATE organisation SET representative = 'x'; UPDATE system SET country = 'DE' WHERE id = 'sys-1'; UPDATE property SET body = REPLACE(body, '\"country\":\"TH\"', '\"country\":\"DE\"')",
    ),
    (
        'E',
        "activity-purpose",
        "UPDATE activity SET purpose = ''",
        "UPDATE activity SET purpose = 'x'",
    ),
    (
        'E',
        "activity-people",
        "UPDATE activity SET people = '[]'; UPDATE data_store SET people = ''",
        "UPDATE activity SET people = '[\"customers\"]'; UPDATE data_store SET people = 'customers'",
    ),
    (
        'E',
        "activity-data",
        "DELETE FROM activity_category; UPDATE field SET category = ''",
        "UPDATE field SET category = 'contact.email'; INSERT INTO activity_category (activity_id, category) VALUES ('act-1', 'contact.email')",
    ),
    (
        'C',
        "activity-systems",
        "DELETE FROM activity_system",
        "INSERT INTO activity_system (activity_id, system_id) VALUES ('act-1', 'sys-1')",
    ),
    (
        'E',
        "activity-retention",
        "UPDATE activity SET retention = ''",
        "UPDATE activity SET retention = '36 months'",
    ),
    (
        'C',
        "activity-retention-vague",
        "UPDATE activity SET retention = '在必要期限内'",
        "UPDATE activity SET retention = '3年'",
    ),
    (
        'E',
        "activity-security",
        "UPDATE activity SET security = ''",
        "UPDATE activity SET security = 'TLS'",
    ),
    ('C', "activity-owner", "UPDATE activity SET owner = ''", "UPDATE activity SET owner = 'x'"),
    (
        'E',
        "activity-basis-gdpr",
        "UPDATE activity SET legal_basis = '{}'",
        "UPDATE activity SET legal_basis = '{\"gdpr\":\"consent\",\"pipl\":\"consent\"}'",
    ),
    (
        'C',
        "activity-basis-pipl",
        "UPDATE activity SET legal_basis = '{}'",
        "UPDATE activity SET legal_basis = '{\"gdpr\":\"consent\",\"pipl\":\"consent\"}'",
    ),
    (
        'C',
        "activity-basis-borrowed",
        "UPDATE activity SET legal_basis = '{\"gdpr\":\"legitimate_interests\"}'",
        "UPDATE activity SET legal_basis = '{\"gdpr\":\"consent\",\"pipl\":\"consent\"}'",
    ),
    (
        'E',
        "activity-controllers",
        "UPDATE activity SET role = 'processor', on_behalf_of = ''",
        "UPDATE activity SET role = 'controller', on_behalf_of = 'x'",
    ),
    (
        'E',
        "activity-partners",
        "UPDATE activity SET role = 'joint_controller', on_behalf_of = ''",
        "UPDATE activity SET role = 'controller', on_behalf_of = 'x'",
    ),
    (
        'E',
        "activity-stale",
        "UPDATE activity SET updated_at = {d400}",
        "UPDATE activity SET updated_at = {d0}",
    ),
    (
        'E',
        "activity-unheld",
        "INSERT INTO activity_category (activity_id, category) VALUES ('act-1', 'contact.phone')",
        "DELETE FROM activity_category WHERE category = 'contact.phone'",
    ),
    (
        'C',
        "assessment-sensitive",
        "UPDATE activity SET assessment = ''; INSERT INTO activity_category (activity_id, category) VALUES ('act-1', 'health.condition')",
        "UPDATE activity SET assessment = 'x'; DELETE FROM activity_category WHERE category = 'health.condition'",
    ),
    (
        'C',
        "assessment-abroad",
        "UPDATE activity SET assessment = ''",
        "UPDATE activity SET assessment = 'x'",
    ),
    (
        'C',
        "assessment-entrusted",
        "UPDATE activity SET assessment = ''",
        "UPDATE activity SET assessment = 'x'",
    ),
    (
        'E',
        "special-condition",
        "UPDATE activity SET legal_basis = '{\"gdpr\":\"contract\"}'; INSERT INTO activity_category (activity_id, category) VALUES ('act-1', 'health.condition')",
        "UPDATE activity SET legal_basis = '{\"gdpr\":\"consent\",\"pipl\":\"consent\"}'; DELETE FROM activity_category WHERE category = 'health.condition'",
    ),
    (
        'C',
        "sensitive-separate",
        "INSERT INTO activity_category (activity_id, category) VALUES ('act-1', 'health.condition')",
        "DELETE FROM activity_category WHERE category = 'health.condition'",
    ),
    (
        'E',
        "minors-basis",
        "UPDATE activity SET people = '[\"children\"]', legal_basis = '{\"gdpr\":\"contract\"}'",
        "UPDATE activity SET people = '[\"customers\"]', legal_basis = '{\"gdpr\":\"consent\",\"pipl\":\"consent\"}'",
    ),
    (
        'E',
        "interests-unweighed",
        "UPDATE activity SET assessment = '', legal_basis = '{\"gdpr\":\"legitimate_interests\"}'",
        "UPDATE activity SET assessment = 'x', legal_basis = '{\"gdpr\":\"consent\",\"pipl\":\"consent\"}'",
    ),
];

const MAP: &[Case] = &[
    (
        'E',
        "system-unrecorded",
        "DELETE FROM activity_system",
        "INSERT INTO activity_system (activity_id, system_id) VALUES ('act-1', 'sys-1')",
    ),
    (
        'C',
        "category-unrecorded",
        "UPDATE field SET category = 'contact.phone'",
        "UPDATE field SET category = 'contact.email'",
    ),
    (
        'C',
        "system-owner",
        "UPDATE system SET owner = '' WHERE id = 'sys-1'",
        "UPDATE system SET owner = 'Sales'",
    ),
    (
        'E',
        "system-purpose",
        "UPDATE system SET purpose = '' WHERE id = 'sys-1'",
        "UPDATE system SET purpose = 'x'",
    ),
    (
        'E',
        "system-country",
        "UPDATE system SET country = '' WHERE id = 'sys-1'",
        "UPDATE system SET country = 'DE' WHERE id = 'sys-1'",
    ),
    (
        'E',
        "system-unscanned",
        "INSERT INTO system (id, key, name, created_at, updated_at) VALUES ('sys-3', 'x', 'X', {d0}, {d0})",
        "DELETE FROM system WHERE id = 'sys-3'",
    ),
    (
        'C',
        "source-homeless",
        "UPDATE source SET system_id = NULL WHERE id = 'src-1'",
        "UPDATE source SET system_id = 'sys-1' WHERE id = 'src-1'",
    ),
    (
        'E',
        "source-origin",
        "DELETE FROM origin",
        "INSERT INTO origin (id, source_id, kind, touchpoint) VALUES ('or-1', 'src-1', 'direct', 'shop')",
    ),
    (
        'E',
        "origin-provider",
        "UPDATE origin SET kind = 'third_party', contract = 'x'",
        "UPDATE origin SET kind = 'direct'",
    ),
    (
        'E',
        "origin-contract",
        "UPDATE origin SET kind = 'third_party', contract = '', provider = 'x'",
        "UPDATE origin SET kind = 'direct'",
    ),
    (
        'E',
        "fields-unconfirmed",
        "UPDATE field SET decision = ''",
        "UPDATE field SET decision = 'confirmed'",
    ),
    (
        'C',
        "sensitive-unconfirmed",
        "UPDATE field SET decision = '', level = 3",
        "UPDATE field SET decision = 'confirmed', level = 1",
    ),
    (
        'E',
        "fields-unsure",
        "UPDATE field SET decision = '', found_confidence = 0.5",
        "UPDATE field SET decision = 'confirmed', found_confidence = 0.9",
    ),
    (
        'C',
        "sensitive-clear",
        "UPDATE field SET category = 'finance.bank_card'",
        "UPDATE field SET category = 'contact.email'",
    ),
    (
        'E',
        "card-security-kept",
        "UPDATE field SET category = 'finance.card_security'",
        "UPDATE field SET category = 'contact.email'",
    ),
    (
        'E',
        "passwords-clear",
        "UPDATE field SET category = 'credential.password'",
        "UPDATE field SET category = 'contact.email'",
    ),
    ('C', "minors-unrecorded", "UPDATE field SET minor = 1", "UPDATE field SET minor = 0"),
    (
        'E',
        "sensitive-spread",
        "INSERT INTO system (id, key, name, created_at, updated_at) VALUES ('sys-4', 'y', 'Y', {d0}, {d0}); INSERT INTO source (id, key, system_id, name, kind, address, created_at, updated_at) VALUES ('src-4', 'y', 'sys-4', 'Y', 'sqlite', 'y', {d0}, {d0}); INSERT INTO data_store (id, source_id, name, kind, seen_scan_id, first_seen_at) VALUES ('st-4', 'src-4', 'y', 'table', '', {d0}); INSERT INTO field (id, store_id, source_id, name, position, data_type, category, level, seen_scan_id, first_seen_at) VALUES ('f-2', 'st-2', 'src-2', 'a', 1, 'TEXT', 'health', 3, '', {d0}), ('f-3', 'st-1', 'src-1', 'a', 2, 'TEXT', 'health', 3, '', {d0}), ('f-4', 'st-4', 'src-4', 'a', 1, 'TEXT', 'health', 3, '', {d0})",
        "DELETE FROM field WHERE category = 'health'; DELETE FROM data_store WHERE id = 'st-4'; DELETE FROM source WHERE id = 'src-4'; DELETE FROM system WHERE id = 'sys-4'",
    ),
    (
        'E',
        "stores-never-read",
        "INSERT INTO store_usage VALUES ('st-1', 7, {d0}, {d120}, 9504000000000)",
        "UPDATE store_usage SET watched = 0, quiet_from = {d0}",
    ),
    (
        'E',
        "people-unknown",
        "UPDATE data_store SET people = ''",
        "UPDATE data_store SET people = 'customers' WHERE id = 'st-1'",
    ),
    (
        'E',
        "free-text",
        "UPDATE field SET name = 'customer_note'",
        "UPDATE field SET name = 'email'",
    ),
    (
        'C',
        "personal-logs",
        "UPDATE data_store SET name = 'access_log' WHERE id = 'st-1'",
        "UPDATE data_store SET name = 'customers' WHERE id = 'st-1'",
    ),
    (
        'E',
        "test-data",
        "UPDATE source SET name = 'Shop (test)' WHERE id = 'src-1'",
        "UPDATE source SET name = 'Shop' WHERE id = 'src-1'",
    ),
    (
        'E',
        "left-copies",
        "UPDATE data_store SET name = 'customers_old' WHERE id = 'st-1'",
        "UPDATE data_store SET name = 'customers' WHERE id = 'st-1'",
    ),
    (
        'E',
        "scan-never",
        "DELETE FROM scan WHERE id = 'scan-1'; UPDATE source SET created_at = {d9} WHERE id = 'src-1'",
        "INSERT INTO scan (id, source_id, state, started_by, finished_at, created_at) VALUES ('scan-1', 'src-1', 'finished', 'person', {d0}, {d0})",
    ),
    (
        'C',
        "scan-stale",
        "UPDATE scan SET finished_at = {d100}",
        "UPDATE scan SET finished_at = {d0}",
    ),
    (
        'E',
        "scan-failed",
        "INSERT INTO scan (id, source_id, state, started_by, created_at) VALUES ('scan-9', 'src-1', 'failed', 'person', {d0})",
        "DELETE FROM scan WHERE id = 'scan-9'",
    ),
    (
        'E',
        "scan-partial",
        "UPDATE scan SET stores_failed = 2 WHERE id = 'scan-1'",
        "UPDATE scan SET stores_failed = 0",
    ),
    (
        'E',
        "scan-unscheduled",
        "UPDATE source SET cron = '' WHERE id = 'src-1'",
        "UPDATE source SET cron = '0 3 * * *'",
    ),
    (
        'C',
        "drift-unread",
        "INSERT INTO drift (id, source_id, scan_id, kind, store_name, at) VALUES ('d-1', 'src-1', 'scan-1', 'new_field', 'customers', {d20})",
        "UPDATE drift SET state = 'acknowledged'",
    ),
    (
        'E',
        "drift-sensitive",
        "INSERT INTO drift (id, source_id, scan_id, kind, store_name, sensitivity, at) VALUES ('d-2', 'src-1', 'scan-1', 'new_field', 'customers', 'sensitive', {d4})",
        "UPDATE drift SET state = 'acknowledged'",
    ),
    (
        'E',
        "tls-off",
        "UPDATE source SET address = 'postgres://db.example/shop', tls = 'prefer' WHERE id = 'src-1'",
        "UPDATE source SET tls = 'verify-full'",
    ),
    (
        'C',
        "tls-unverified",
        "UPDATE source SET address = 'postgres://db.example/shop', tls = 'require' WHERE id = 'src-1'",
        "UPDATE source SET tls = 'verify-full'",
    ),
];

const RECIPIENTS: &[Case] = &[
    (
        'E',
        "recipient-country",
        "UPDATE recipient SET country = ''",
        "UPDATE recipient SET country = 'DE'",
    ),
    (
        'E',
        "recipient-contract",
        "UPDATE recipient SET contract = ''",
        "UPDATE recipient SET contract = 'C-17'",
    ),
    (
        'C',
        "recipient-arrangement",
        "UPDATE recipient SET kind = 'joint_controller', contract = ''",
        "UPDATE recipient SET kind = 'processor', contract = 'C-17'",
    ),
    (
        'C',
        "recipient-provided",
        "UPDATE recipient SET kind = 'controller', name = 'Data Trader'",
        "UPDATE recipient SET kind = 'processor', name = 'Mailer'",
    ),
    (
        'E',
        "recipient-unused",
        "UPDATE flow SET state = 'dismissed' WHERE id = 'fl-1'",
        "UPDATE flow SET state = 'active'",
    ),
    (
        'C',
        "authority-abroad",
        "UPDATE recipient SET kind = 'authority'",
        "UPDATE recipient SET kind = 'processor'",
    ),
    (
        'E',
        "flow-unrecorded",
        "DELETE FROM activity_system",
        "INSERT INTO activity_system (activity_id, system_id) VALUES ('act-1', 'sys-1')",
    ),
    (
        'E',
        "flow-untold",
        "UPDATE flow SET categories = '[]' WHERE id = 'fl-1'",
        "UPDATE flow SET categories = '[\"contact.email\"]' WHERE id = 'fl-1'",
    ),
    (
        'E',
        "flow-sensitive",
        "UPDATE flow SET categories = '[\"health.condition\"]' WHERE id = 'fl-1'; UPDATE recipient SET contract = ''",
        "UPDATE flow SET categories = '[\"contact.email\"]' WHERE id = 'fl-1'; UPDATE recipient SET contract = 'C-17'",
    ),
    (
        'E',
        "flow-unconfirmed",
        "UPDATE flow SET found = 'discovered', updated_at = {d20} WHERE id = 'fl-2'",
        "UPDATE flow SET found = 'declared'",
    ),
    (
        'E',
        "transfer-eu-tool",
        "UPDATE recipient SET country = 'US', safeguard = ''",
        "UPDATE recipient SET country = 'US', safeguard = 'scc'",
    ),
    (
        'E',
        "transfer-unassessed",
        "UPDATE recipient SET country = 'TH', safeguard = 'scc'",
        "UPDATE recipient SET country = 'JP', safeguard = 'scc'",
    ),
    (
        'E',
        "transfer-eu-adequacy",
        "UPDATE recipient SET country = 'TH', safeguard = 'adequacy'",
        "UPDATE recipient SET country = 'JP', safeguard = 'adequacy'",
    ),
    (
        'E',
        "transfer-eu-derogation",
        "UPDATE recipient SET country = 'TH', safeguard = 'derogation'",
        "UPDATE recipient SET country = 'TH', safeguard = 'bcr'",
    ),
    (
        'E',
        "system-outside-eu",
        "UPDATE system SET country = 'TH' WHERE id = 'sys-1'",
        "UPDATE system SET country = 'DE' WHERE id = 'sys-1'; UPDATE recipient SET country = 'DE', safeguard = 'pipl_standard_contract'",
    ),
    (
        'C',
        "transfer-cn-tool",
        "UPDATE recipient SET safeguard = 'scc'",
        "UPDATE recipient SET safeguard = 'pipl_standard_contract'",
    ),
    (
        'C',
        "transfer-cn-route",
        "UPDATE data_store SET rows_estimate = 1000000 WHERE id = 'st-1'",
        "UPDATE data_store SET rows_estimate = 999999 WHERE id = 'st-1'",
    ),
    (
        'C',
        "transfer-cn-consent",
        "UPDATE recipient SET name = 'Other'",
        "UPDATE recipient SET name = 'Mailer'",
    ),
    (
        'C',
        "system-outside-cn",
        "UPDATE system SET country = 'DE' WHERE id = 'sys-1'",
        "UPDATE system SET country = 'CN' WHERE id = 'sys-1'",
    ),
    (
        'C',
        "flow-across",
        "UPDATE system SET country = 'SG' WHERE id = 'sys-2'",
        "UPDATE system SET country = '' WHERE id = 'sys-2'",
    ),
];

const CONSENT: &[Case] = &[
    (
        'E',
        "purpose-words",
        "UPDATE purpose SET body = REPLACE(body, '邮件资讯', '')",
        "UPDATE purpose SET body = REPLACE(body, '\"zh-CN\":\"\"', '\"zh-CN\":\"邮件资讯\"')",
    ),
    (
        'C',
        "purpose-refusal",
        "UPDATE purpose SET body = REPLACE(body, 'You get no news.', '')",
        "UPDATE purpose SET body = REPLACE(body, '\"en\":\"\"', '\"en\":\"You get no news.\"')",
    ),
    (
        'E',
        "purpose-unasked",
        "UPDATE notice SET retired_at = {d0}",
        "UPDATE notice SET retired_at = NULL",
    ),
    (
        'E',
        "purpose-retention",
        "UPDATE purpose SET body = REPLACE(body, '\"retention_days\":365,', '')",
        "UPDATE purpose SET body = REPLACE(body, '\"sensitive\"', '\"retention_days\":365,\"sensitive\"')",
    ),
    (
        'C',
        "purpose-unlimited",
        "UPDATE purpose SET body = REPLACE(body, '\"data\":[\"contact.email\"]', '\"data\":[]')",
        "UPDATE purpose SET body = REPLACE(body, '\"data\":[]', '\"data\":[\"contact.email\"]')",
    ),
    (
        'E',
        "purpose-data-unheld",
        "UPDATE purpose SET body = REPLACE(body, 'contact.email', 'contact.phone')",
        "UPDATE purpose SET body = REPLACE(body, 'contact.phone', 'contact.email')",
    ),
    (
        'E',
        "purpose-expiry",
        "UPDATE purpose SET body = REPLACE(body, ',\"expires_months\":12', '')",
        "UPDATE purpose SET body = REPLACE(body, '\"double_opt_in\":false', '\"double_opt_in\":false,\"expires_months\":12')",
    ),
    (
        'C',
        "purpose-sensitive-separate",
        "UPDATE purpose SET body = REPLACE(REPLACE(body, '\"sensitive\":false', '\"sensitive\":true'), '\"separate_consent\":true', '\"separate_consent\":false')",
        "UPDATE purpose SET body = REPLACE(REPLACE(body, '\"sensitive\":true', '\"sensitive\":false'), '\"separate_consent\":false', '\"separate_consent\":true')",
    ),
    (
        'E',
        "purpose-sensitive-basis",
        "UPDATE purpose SET body = REPLACE(REPLACE(body, 'contact.email', 'health.condition'), '\"gdpr\":\"consent\"', '\"gdpr\":\"contract\"')",
        "UPDATE purpose SET body = REPLACE(REPLACE(body, 'health.condition', 'contact.email'), '\"gdpr\":\"contract\"', '\"gdpr\":\"consent\"')",
    ),
    (
        'E',
        "purpose-double-opt-in",
        "UPDATE purpose SET key = 'newsletter'",
        "UPDATE purpose SET key = 'news'",
    ),
    (
        'C',
        "purpose-vendor-unknown",
        "UPDATE recipient SET name = 'Other'",
        "UPDATE recipient SET name = 'Mailer'",
    ),
    (
        'E',
        "purpose-system-unknown",
        "UPDATE system SET key = 'other' WHERE id = 'sys-1'",
        "UPDATE system SET key = 'shop' WHERE id = 'sys-1'",
    ),
    (
        'C',
        "purpose-interests-pipl",
        "UPDATE purpose SET body = REPLACE(REPLACE(body, ',\"pipl\":\"consent\"', ''), '\"gdpr\":\"consent\"', '\"gdpr\":\"legitimate_interests\"')",
        "UPDATE purpose SET body = REPLACE(body, '\"gdpr\":\"legitimate_interests\"', '\"gdpr\":\"consent\",\"pipl\":\"consent\"')",
    ),
    (
        'E',
        "notice-languages",
        "UPDATE notice_version SET body = REPLACE(body, 'Lantern Tea 的资讯', '')",
        "UPDATE notice_version SET body = REPLACE(body, '\"zh-CN\":\"\"', '\"zh-CN\":\"Lantern Tea 的资讯\"')",
    ),
    (
        'E',
        "notice-unpublished",
        "INSERT INTO notice (key, version, draft, created_at, updated_at) VALUES ('old', 0, '{\"title\":{\"en\":\"Old\"}}', {d40}, {d40})",
        "DELETE FROM notice WHERE key = 'old'",
    ),
    (
        'C',
        "notice-bundles",
        "UPDATE notice_version SET body = REPLACE(body, '\"purposes\":{\"news\"', '\"purposes\":{\"other\":{\"name\":{\"en\":\"Other\"}},\"news\"')",
        "UPDATE notice_version SET body = REPLACE(body, '\"other\":{\"name\":{\"en\":\"Other\"}},', '')",
    ),
    (
        'E',
        "notice-contact",
        "UPDATE notice_version SET body = REPLACE(body, 'privacy@lantern.example', '')",
        "UPDATE notice_version SET body = REPLACE(body, '\"contact\":\"\"', '\"contact\":\"privacy@lantern.example\"')",
    ),
    (
        'E',
        "notice-refuse",
        "UPDATE notice_version SET body = REPLACE(body, '\"refuse\":{\"en\":\"Refuse\",\"zh-CN\":\"拒绝\"}', '\"refuse\":{}')",
        "UPDATE notice_version SET body = REPLACE(body, '\"refuse\":{}', '\"refuse\":{\"en\":\"Refuse\",\"zh-CN\":\"拒绝\"}')",
    ),
    (
        'E',
        "notice-choice-unfair",
        "UPDATE notice_version SET body = REPLACE(body, '\"en\":\"Refuse\"', '\"en\":\"No, I hate saving money\"')",
        "UPDATE notice_version SET body = REPLACE(body, 'No, I hate saving money', 'Refuse')",
    ),
    (
        'E',
        "notice-hard",
        "UPDATE notice_version SET body = REPLACE(body, 'by e-mail. You', 'by e-mail. We may share your data with our partners. You')",
        "UPDATE notice_version SET body = REPLACE(body, ' We may share your data with our partners.', '')",
    ),
    (
        'E',
        "notice-outdated",
        "UPDATE purpose SET body = REPLACE(body, 'We send you news about tea.', 'We send you news about coffee.')",
        "UPDATE purpose SET body = REPLACE(body, 'coffee', 'tea')",
    ),
    (
        'C',
        "notice-retention",
        "UPDATE notice_version SET body = REPLACE(body, '\"retention_days\":365,', '')",
        "UPDATE notice_version SET body = REPLACE(body, '\"sensitive\"', '\"retention_days\":365,\"sensitive\"')",
    ),
    (
        'E',
        "banner-notice",
        "UPDATE banner SET body = REPLACE(body, '\"notice\":\"news\"', '\"notice\":\"none\"')",
        "UPDATE banner SET body = REPLACE(body, '\"notice\":\"none\"', '\"notice\":\"news\"')",
    ),
    (
        'E',
        "banner-origins",
        "UPDATE banner SET body = REPLACE(body, '\"https://shop.example\"', '')",
        "UPDATE banner SET body = REPLACE(body, '\"origins\":[]', '\"origins\":[\"https://shop.example\"]')",
    ),
    (
        'E',
        "banner-way-back",
        "UPDATE banner SET body = REPLACE(body, '\"notice\"', '\"button\":false,\"notice\"')",
        "UPDATE banner SET body = REPLACE(body, '\"button\":false,', '')",
    ),
    (
        'E',
        "banner-asks-often",
        "UPDATE banner SET body = REPLACE(body, '\"notice\"', '\"days\":30,\"notice\"')",
        "UPDATE banner SET body = REPLACE(body, '\"days\":30,', '')",
    ),
    (
        'E',
        "banner-asks-never",
        "UPDATE banner SET body = REPLACE(body, '\"notice\"', '\"days\":900,\"notice\"')",
        "UPDATE banner SET body = REPLACE(body, '\"days\":900,', '')",
    ),
    (
        'U',
        "banner-gpp",
        "UPDATE banner SET body = REPLACE(body, '\"gpp\"', '\"other\"')",
        "UPDATE banner SET body = REPLACE(body, '\"other\"', '\"gpp\"')",
    ),
    (
        'E',
        "banner-loosened",
        "UPDATE banner SET body = REPLACE(body, '\"notice\"', '\"geo\":[{\"places\":[\"DE\"],\"asks\":\"opt-out\"}],\"notice\"')",
        "UPDATE banner SET body = REPLACE(body, '\"geo\":[{\"places\":[\"DE\"],\"asks\":\"opt-out\"}],', '')",
    ),
    (
        'E',
        "campaign-unstarted",
        "INSERT INTO notice_version (notice, version, slot, body, digest, actor, published_at) SELECT notice, 2, 77, REPLACE(body, '\"reconsent\":\"none\"', '\"reconsent\":\"all\"'), digest, actor, published_at FROM notice_version WHERE version = 1",
        "@entry campaign.started campaign news@2",
    ),
    (
        'E',
        "campaign-overdue",
        "UPDATE ledger_entry SET at = {d40} WHERE action = 'campaign.started'",
        "@entry campaign.closed campaign news@2",
    ),
    (
        'E',
        "evidence-imported",
        "INSERT INTO consent_daily (day, property, notice, notice_version, purpose, channel, origin, choice, n) VALUES (1, 'shop', 'news', 1, 'news', 'web', 'import', 'granted', 90), (1, 'shop', 'news', 1, 'news', 'web', 'person', 'granted', 10)",
        "DELETE FROM consent_daily",
    ),
    (
        'C',
        "guardians-unverified",
        "INSERT INTO consent_record (id, subject, property, notice, notice_version, notice_slot, language, choices, channel, page, ip, agent, origin, minor_until, guardian, given_at, recorded_at, request_digest) VALUES ('c-1', 's', 'shop', '', 0, 0, 'en', '', 'web', '', '', '', '', {d-900}, 'x', {d0}, {d0}, '')",
        "UPDATE consent_record SET guardian_verified_at = {d0}",
    ),
];

const ACCESS: &[Case] = &[
    (
        'C',
        "user-second-factor",
        "UPDATE web_user SET totp_sealed = '' WHERE id = 'u-3'",
        "UPDATE web_user SET totp_sealed = 'x'",
    ),
    (
        'E',
        "user-dormant",
        "UPDATE web_user SET created_at = {d100} WHERE id = 'u-3'",
        "INSERT INTO web_session (id, hash, user_id, agent, created_at, expires_at, ended_at) VALUES ('s-1', 'h', 'u-3', '', {d1}, {d0}, 0)",
    ),
    (
        'E',
        "user-right-idle",
        "INSERT INTO access_purpose (user_id, purpose, given_by, given_at) VALUES ('u-1', 'marketing', 'u-2', {d100})",
        "DELETE FROM access_purpose",
    ),
    (
        'E',
        "owner-single",
        "UPDATE web_user SET role = 'engineer' WHERE id = 'u-2'",
        "UPDATE web_user SET role = 'owner' WHERE id = 'u-2'",
    ),
    (
        'E',
        "officer-account",
        "UPDATE web_user SET role = 'auditor' WHERE id = 'u-3'",
        "UPDATE web_user SET role = 'privacy_officer' WHERE id = 'u-3'",
    ),
    (
        'E',
        "token-endless",
        "UPDATE api_token SET expires_at = 0",
        "UPDATE api_token SET expires_at = {d-90}",
    ),
    (
        'C',
        "token-idle",
        "UPDATE api_token SET used_at = {d100}, created_at = {d100}",
        "UPDATE api_token SET used_at = {d0}",
    ),
    (
        'E',
        "token-purposeless",
        "UPDATE api_token SET scopes = 'consent:read', limited = 0",
        "UPDATE api_token SET limited = 1",
    ),
    (
        'E',
        "token-broad",
        "UPDATE api_token SET scopes = 'a b c d e f g h'",
        "UPDATE api_token SET scopes = 'decide'",
    ),
    (
        'C',
        "review-overdue",
        "UPDATE web_user SET created_at = {d400}",
        "INSERT INTO access_review (id, started_by, started_at, closed_at) VALUES ('r-1', 'u-1', {d9}, {d8})",
    ),
    (
        'C',
        "review-slow",
        "INSERT INTO access_review (id, started_by, started_at, closed_at) VALUES ('r-2', 'u-1', {d40}, 0)",
        "UPDATE access_review SET closed_at = {d0}; UPDATE web_user SET created_at = {d0}",
    ),
    (
        'E',
        "emergency-unreviewed",
        "INSERT INTO access_glass (id, user_id, reason_sealed, started_at, expires_at, ended_at, verdict, reviewed_by, reviewed_at) VALUES ('g-1', 'u-1', '', {d10}, {d10}, {d10}, '', '', 0)",
        "UPDATE access_glass SET verdict = 'justified'",
    ),
    (
        'E',
        "emergency-misused",
        "UPDATE access_glass SET verdict = 'misused'",
        "UPDATE access_glass SET verdict = 'justified'",
    ),
    (
        'E',
        "approval-waiting",
        "INSERT INTO access_approval (id, action, object_kind, object_id, reason_sealed, asked_by, asked_at, expires_at, state, decided_by, decided_at, used_at) VALUES ('a-1', 'export', 'list', 'x', '', 'u-1', {d4}, {d-4}, 'open', '', 0, 0)",
        "UPDATE access_approval SET state = 'refused'",
    ),
    (
        'E',
        "use-without-purpose",
        "@entry subject.looked_up subject s",
        "UPDATE ledger_entry SET at = {d100} WHERE action = 'subject.looked_up'",
    ),
    (
        'E',
        "use-after-taken",
        "@entry subject.looked_up subject s marketing",
        "INSERT INTO access_purpose (user_id, purpose, given_by, given_at) VALUES ('u-1', 'marketing', 'u-2', {d0})",
    ),
];

const HOUSE: &[Case] = &[
    (
        'E',
        "key-old",
        "UPDATE key_ring SET created_at = {d400}",
        "UPDATE key_ring SET created_at = {d0}",
    ),
    (
        'E',
        "checkpoint-stale",
        "UPDATE ledger_checkpoint SET at = {d1}",
        "UPDATE ledger_checkpoint SET at = {d0}",
    ),
    (
        'E',
        "log-damaged",
        "INSERT INTO ledger_damage (id, position, why, found_at, accepted_at, reason) VALUES ('x', 1, 'cut', {d9}, {d8}, 'known')",
        "DELETE FROM ledger_damage",
    ),
    (
        'E',
        "witness-missing",
        "UPDATE ledger_checkpoint SET cosignatures = ''",
        "UPDATE ledger_checkpoint SET cosignatures = 'w'",
    ),
    ('C', "backup-old", "UPDATE key_ring SET created_at = {d30}", "@entry backup.made backup b"),
    (
        'E',
        "alarm-open",
        "INSERT INTO alarm (id, rule, severity, actor, subject, state, hits, first_at, last_at, note_sealed, ended_by, ended_at, incident) VALUES ('al-1', 'mass-read', 'low', 'cli', '', 'open', 1, {d9}, {d9}, '', '', 0, '')",
        "UPDATE alarm SET state = 'acknowledged'",
    ),
    (
        'E',
        "alarm-severe",
        "INSERT INTO alarm (id, rule, severity, actor, subject, state, hits, first_at, last_at, note_sealed, ended_by, ended_at, incident) VALUES ('al-2', 'mass-read', 'critical', 'cli', '', 'open', 1, {d2}, {d2}, '', '', 0, '')",
        "UPDATE alarm SET state = 'acknowledged'",
    ),
    (
        'E',
        "warning-off",
        "INSERT INTO warn_rule (rule, watched, severity, floor, k) VALUES ('mass-read', 0, 'high', 10, 3.0)",
        "DELETE FROM warn_rule",
    ),
    (
        'E',
        "canary-none",
        "UPDATE canary SET state = 'retired'",
        "UPDATE canary SET state = 'planted'",
    ),
    (
        'E',
        "mail-unset",
        "UPDATE purpose SET body = REPLACE(body, '\"double_opt_in\":false', '\"double_opt_in\":true')",
        "UPDATE purpose SET body = REPLACE(body, '\"double_opt_in\":true', '\"double_opt_in\":false')",
    ),
    (
        'E',
        "mail-failing",
        "INSERT INTO web_mail (id, kind, lang, state, letter_sealed, fault, code, created_at, ended_at) VALUES ('m-1', 'test', 'en', 'failed', '', '', '', {d1}, {d1})",
        "UPDATE web_mail SET ended_at = {d9}",
    ),
    (
        'E',
        "schedule-late",
        "INSERT INTO schedule (key, kind, cron, zone, payload, next_at) VALUES ('k', 'scan', '0 3 * * *', 'UTC', '{}', {d1})",
        "UPDATE schedule SET next_at = {d-1}",
    ),
    (
        'E',
        "job-failed",
        "INSERT INTO job (id, kind, payload, state, max_attempts, run_at, created_at, finished_at) VALUES ('j-1', 'scan', '{}', 'failed', 1, {d1}, {d1}, {d1})",
        "UPDATE job SET state = 'done'",
    ),
    (
        'C',
        "destination-failing",
        "INSERT INTO destination (id, name, kind, address, events, identifiers, config, state, position, fault, created_at, updated_at) VALUES ('de-1', 'CRM', 'webhook', 'https://crm.example', '', '', '{}', 'active', 0, 'refused', {d1}, {d1})",
        "UPDATE destination SET fault = ''",
    ),
    (
        'C',
        "destination-dead",
        "INSERT INTO delivery (destination_id, place, event_id, kind, order_key, state, attempts, next_at, status, fault, happened_at, settled_at, millis) VALUES ('de-1', 1, 'e', 'x', 'k', 'dead', 9, 0, 500, '', {d1}, {d1}, 1)",
        "UPDATE delivery SET state = 'discarded'",
    ),
];

/// Checks that this table cannot break; each has a test of its own below.
const APART: [&str; 3] = ["records-empty", "key-unguarded", "address-plain"];

async fn walk(postgres: bool, place: char) {
    let (store, _guard) = guarded(postgres).await;
    let comply = open(store.clone(), "https://privet.example").await;
    let rooms = comply.rooms();
    let country = if place == 'C' { "CN" } else { "DE" };
    world::fill(&store, &rooms.consent, &rooms.warn, country).await;
    world::furnish(&comply).await;
    assert_eq!(world::failing(&comply).await, [], "an honest company passes");
    for cases in [ROOMS, RECORDS, MAP, RECIPIENTS, CONSENT, ACCESS, HOUSE] {
        for (_, check, breaks, mends) in cases.iter().filter(|case| case.0 == place) {
            let fails = async || world::failing(&comply).await.iter().any(|one| one.0 == *check);
            set(&store, &at(breaks)).await;
            assert!(fails().await, "{check} does not see: {breaks}");
            set(&store, &at(mends)).await;
            assert!(!fails().await, "{check} still fails after: {mends}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_fails_and_passes_in_europe() {
    walk(false, 'E').await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_fails_and_passes_in_china() {
    walk(false, 'C').await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_fails_and_passes_on_postgresql() {
    walk(true, 'E').await;
    walk(true, 'C').await;
}

#[test]
fn no_check_is_left_out() {
    let tables = [ROOMS, RECORDS, MAP, RECIPIENTS, CONSENT, ACCESS, HOUSE];
    let walked = tables.iter().flat_map(|cases| cases.iter()).map(|case| case.1);
    let tested: BTreeSet<&str> = walked.chain(APART).collect();
    let all: BTreeSet<&str> =
        comply::check::checks().iter().map(|one| one.check.id.as_str()).collect();
    assert_eq!(tested, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn californian_banners_need_gpp() {
    let (store, _guard) = guarded(false).await;
    let comply = open(store.clone(), "https://privet.example").await;
    let rooms = comply.rooms();
    world::fill(&store, &rooms.consent, &rooms.warn, "DE").await;
    set(&store, "UPDATE property SET body = REPLACE(body, '\"gdpr\"', '\"ccpa\"')").await;
    for (_, check, breaks, mends) in CONSENT.iter().filter(|case| case.0 == 'U') {
        let fails = async || world::failing(&comply).await.iter().any(|one| one.0 == *check);
        assert!(!fails().await);
        set(&store, breaks).await;
        assert!(fails().await, "{check}");
        set(&store, mends).await;
        assert!(!fails().await, "{check}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_root_key_in_a_file_and_an_address_without_tls_are_found() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let comply = open(store.clone(), "http://privet.example").await;
    let rooms = comply.rooms();
    world::fill(&store, &rooms.consent, &rooms.warn, "DE").await;
    world::furnish(&comply).await;
    let failing = world::failing(&comply).await;
    let ids: Vec<&str> = failing.iter().map(|one| one.0.as_str()).collect();
    assert_eq!(ids, ["key-unguarded", "address-plain"]);
    // One person alone on one machine needs no certificate.
    set(&store, "UPDATE web_user SET disabled_at = 1 WHERE id <> 'u-1'").await;
    assert!(!world::failing(&comply).await.iter().any(|one| one.0 == "address-plain"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_without_any_record_is_found() {
    let (store, _guard) = guarded(false).await;
    let comply = open(store.clone(), "https://privet.example").await;
    let rooms = comply.rooms();
    world::fill(&store, &rooms.consent, &rooms.warn, "DE").await;
    set(&store, "DELETE FROM activity_system; DELETE FROM activity_category; DELETE FROM activity")
        .await;
    assert!(world::failing(&comply).await.iter().any(|one| one.0 == "records-empty"));
    set(&store, "UPDATE field SET level = 0").await;
    assert!(!world::failing(&comply).await.iter().any(|one| one.0 == "records-empty"));
}
