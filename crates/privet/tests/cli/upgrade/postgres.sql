SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET row_security = off;
CREATE TABLE public.access_active (
    id bigint NOT NULL,
    policy text NOT NULL,
    since bigint NOT NULL
);
CREATE TABLE public.access_approval (
    id text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    reason_sealed text NOT NULL,
    asked_by text NOT NULL,
    asked_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    state text NOT NULL,
    decided_by text NOT NULL,
    decided_at bigint NOT NULL,
    used_at bigint NOT NULL
);
CREATE TABLE public.access_decision (
    day text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    kind text NOT NULL,
    purpose text NOT NULL,
    emergency bigint NOT NULL,
    approved bigint NOT NULL,
    allowed bigint NOT NULL,
    times bigint NOT NULL
);
CREATE TABLE public.access_glass (
    id text NOT NULL,
    user_id text NOT NULL,
    reason_sealed text NOT NULL,
    started_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    verdict text NOT NULL,
    reviewed_by text NOT NULL,
    reviewed_at bigint NOT NULL
);
CREATE TABLE public.access_policy (
    id text NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    cases text NOT NULL,
    made_by text NOT NULL,
    made_at bigint NOT NULL
);
CREATE TABLE public.access_purpose (
    user_id text NOT NULL,
    purpose text NOT NULL,
    given_by text NOT NULL,
    given_at bigint NOT NULL
);
CREATE TABLE public.access_review (
    id text NOT NULL,
    started_by text NOT NULL,
    started_at bigint NOT NULL,
    closed_at bigint NOT NULL
);
CREATE TABLE public.access_review_item (
    id text NOT NULL,
    review text NOT NULL,
    kind text NOT NULL,
    holder text NOT NULL,
    what text NOT NULL,
    used_at bigint NOT NULL,
    verdict text NOT NULL,
    decided_by text NOT NULL,
    decided_at bigint NOT NULL
);
CREATE TABLE public.activity (
    id text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    on_behalf_of text DEFAULT ''::text NOT NULL,
    purpose text DEFAULT ''::text NOT NULL,
    legal_basis text DEFAULT ''::text NOT NULL,
    people text DEFAULT '[]'::text NOT NULL,
    retention text DEFAULT ''::text NOT NULL,
    security text DEFAULT ''::text NOT NULL,
    owner text DEFAULT ''::text NOT NULL,
    assessment text DEFAULT ''::text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.activity_category (
    activity_id text NOT NULL,
    category text NOT NULL
);
CREATE TABLE public.activity_recipient (
    activity_id text NOT NULL,
    recipient_id text NOT NULL
);
CREATE TABLE public.activity_system (
    activity_id text NOT NULL,
    system_id text NOT NULL
);
CREATE TABLE public.api_token (
    id text NOT NULL,
    name text NOT NULL,
    scopes text NOT NULL,
    hash text NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL,
    revoked_at bigint NOT NULL,
    expires_at bigint DEFAULT 0 NOT NULL,
    created_by text DEFAULT ''::text NOT NULL,
    certificate text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.banner (
    property text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.banner_answer (
    consent text NOT NULL,
    experiment text NOT NULL,
    variant text NOT NULL,
    outcome text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.banner_count (
    experiment text NOT NULL,
    variant text NOT NULL,
    shown bigint NOT NULL
);
CREATE TABLE public.banner_experiment (
    id text NOT NULL,
    property text NOT NULL,
    body text NOT NULL,
    state text NOT NULL,
    started_at bigint,
    ended_at bigint,
    created_at bigint NOT NULL
);
CREATE TABLE public.banner_file (
    property text NOT NULL,
    kind text NOT NULL,
    bytes text NOT NULL,
    digest text NOT NULL,
    uploaded_at bigint NOT NULL
);
CREATE TABLE public.banner_setting (
    key text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.consent_counted (
    id bigint NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT consent_counted_id_check CHECK ((id = 1))
);
CREATE TABLE public.consent_daily (
    day bigint NOT NULL,
    property text NOT NULL,
    notice text NOT NULL,
    notice_version bigint NOT NULL,
    purpose text NOT NULL,
    channel text NOT NULL,
    origin text NOT NULL,
    choice text NOT NULL,
    n bigint NOT NULL
);
CREATE TABLE public.consent_effect (
    day bigint NOT NULL,
    property text NOT NULL,
    class bigint NOT NULL,
    n bigint NOT NULL
);
CREATE TABLE public.consent_record (
    id text NOT NULL,
    subject text NOT NULL,
    property text NOT NULL,
    notice text NOT NULL,
    notice_version bigint NOT NULL,
    notice_slot bigint NOT NULL,
    language text NOT NULL,
    choices text NOT NULL,
    channel text NOT NULL,
    page text NOT NULL,
    ip text NOT NULL,
    agent text NOT NULL,
    origin text NOT NULL,
    minor_until bigint,
    guardian text NOT NULL,
    guardian_verified_at bigint,
    given_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    idempotency text,
    request_digest text NOT NULL
);
CREATE TABLE public.data_store (
    id text NOT NULL,
    source_id text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    rows_estimate bigint,
    rows_sampled bigint DEFAULT 0 NOT NULL,
    people text DEFAULT ''::text NOT NULL,
    people_decided text DEFAULT ''::text NOT NULL,
    reads_from text DEFAULT '[]'::text NOT NULL,
    seen_scan_id text NOT NULL,
    first_seen_at bigint NOT NULL,
    vanished_at bigint
);
CREATE TABLE public.decision_batch (
    id text NOT NULL,
    made_by text NOT NULL,
    at bigint NOT NULL,
    before_states text NOT NULL
);
CREATE TABLE public.delivery (
    destination_id text NOT NULL,
    place bigint NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    order_key text NOT NULL,
    state text NOT NULL,
    attempts bigint NOT NULL,
    next_at bigint NOT NULL,
    status bigint NOT NULL,
    fault text NOT NULL,
    happened_at bigint NOT NULL,
    settled_at bigint NOT NULL,
    millis bigint NOT NULL
);
CREATE TABLE public.deployment (
    id bigint NOT NULL,
    key_check text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT deployment_id_check CHECK ((id = 1))
);
CREATE TABLE public.destination (
    id text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    address text NOT NULL,
    events text NOT NULL,
    identifiers text NOT NULL,
    config text NOT NULL,
    secret_sealed text,
    old_secret_sealed text,
    old_secret_until bigint DEFAULT 0 NOT NULL,
    state text NOT NULL,
    "position" bigint NOT NULL,
    filled_to text,
    sent_at bigint DEFAULT 0 NOT NULL,
    fault text DEFAULT ''::text NOT NULL,
    fault_at bigint DEFAULT 0 NOT NULL,
    failures bigint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.detector (
    id text NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    enabled bigint DEFAULT 1 NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.detector_history (
    detector_id text NOT NULL,
    version bigint NOT NULL,
    what text NOT NULL,
    body text NOT NULL,
    actor text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.detector_set (
    id text NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.drift (
    id text NOT NULL,
    source_id text NOT NULL,
    scan_id text NOT NULL,
    kind text NOT NULL,
    store_name text NOT NULL,
    field_name text DEFAULT ''::text NOT NULL,
    field_id text DEFAULT ''::text NOT NULL,
    before_value text DEFAULT ''::text NOT NULL,
    after_value text DEFAULT ''::text NOT NULL,
    sensitivity text DEFAULT 'none'::text NOT NULL,
    at bigint NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    handled_by text DEFAULT ''::text NOT NULL,
    handled_at bigint
);
CREATE TABLE public.field (
    id text NOT NULL,
    store_id text NOT NULL,
    source_id text NOT NULL,
    name text NOT NULL,
    "position" bigint NOT NULL,
    data_type text NOT NULL,
    nullable bigint DEFAULT 1 NOT NULL,
    primary_key bigint DEFAULT 0 NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    found_category text DEFAULT ''::text NOT NULL,
    found_sensitivity text DEFAULT 'none'::text NOT NULL,
    found_confidence double precision DEFAULT 0 NOT NULL,
    found_minor bigint DEFAULT 0 NOT NULL,
    evidence text DEFAULT '{}'::text NOT NULL,
    samples text DEFAULT '[]'::text NOT NULL,
    sketch text DEFAULT ''::text NOT NULL,
    decision text DEFAULT ''::text NOT NULL,
    decided_category text DEFAULT ''::text NOT NULL,
    decided_sensitivity text DEFAULT ''::text NOT NULL,
    decided_by text DEFAULT ''::text NOT NULL,
    decided_at bigint,
    decided_note text DEFAULT ''::text NOT NULL,
    category text DEFAULT ''::text NOT NULL,
    sensitivity text DEFAULT 'none'::text NOT NULL,
    level bigint DEFAULT 0 NOT NULL,
    minor bigint DEFAULT 0 NOT NULL,
    search text DEFAULT ''::text NOT NULL,
    seen_scan_id text NOT NULL,
    first_seen_at bigint NOT NULL,
    vanished_at bigint
);
CREATE TABLE public.flow (
    id text NOT NULL,
    key text NOT NULL,
    from_end text NOT NULL,
    to_end text NOT NULL,
    found text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    evidence text DEFAULT '{}'::text NOT NULL,
    confidence double precision DEFAULT 1 NOT NULL,
    categories text DEFAULT '[]'::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.identifier (
    blind text NOT NULL,
    subject text NOT NULL,
    kind text NOT NULL,
    sealed text NOT NULL,
    linked_at bigint NOT NULL
);
CREATE TABLE public.job (
    id text NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    state text NOT NULL,
    dedupe_key text,
    attempts bigint DEFAULT 0 NOT NULL,
    max_attempts bigint NOT NULL,
    crashes bigint DEFAULT 0 NOT NULL,
    run_at bigint NOT NULL,
    lease_until bigint DEFAULT 0 NOT NULL,
    leased_by text DEFAULT ''::text NOT NULL,
    cancel_requested bigint DEFAULT 0 NOT NULL,
    ended_due bigint DEFAULT 0 NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint
);
CREATE TABLE public.key_ring (
    name text NOT NULL,
    version bigint NOT NULL,
    wrapped text NOT NULL,
    root_check text NOT NULL,
    created_at bigint NOT NULL,
    retired_at bigint
);
CREATE TABLE public.ledger_entry (
    seq bigint NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    before_digest text,
    after_digest text,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    purpose text,
    subject text
);
CREATE TABLE public.ledger_head (
    id bigint NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL,
    mac text NOT NULL,
    CONSTRAINT ledger_head_id_check CHECK ((id = 1))
);
CREATE TABLE public.map_version (
    id text NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.migration (
    room text NOT NULL,
    version bigint NOT NULL,
    checksum text NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE public.notice (
    key text NOT NULL,
    version bigint NOT NULL,
    draft text,
    retired_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.notice_picture (
    id text NOT NULL,
    notice text NOT NULL,
    version bigint NOT NULL,
    language text NOT NULL,
    media_type text NOT NULL,
    digest text NOT NULL,
    bytes text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.notice_version (
    notice text NOT NULL,
    version bigint NOT NULL,
    slot bigint NOT NULL,
    body text NOT NULL,
    digest text NOT NULL,
    actor text NOT NULL,
    published_at bigint NOT NULL
);
CREATE TABLE public.organisation (
    id text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    contact text DEFAULT ''::text NOT NULL,
    representative text DEFAULT ''::text NOT NULL,
    officer text DEFAULT ''::text NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.origin (
    id text NOT NULL,
    source_id text NOT NULL,
    kind text NOT NULL,
    touchpoint text DEFAULT ''::text NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    contract text DEFAULT ''::text NOT NULL,
    country text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.preference_link (
    id text NOT NULL,
    kind text NOT NULL,
    hash text NOT NULL,
    person_sealed text NOT NULL,
    property text NOT NULL,
    lang text NOT NULL,
    code_mac text NOT NULL,
    tries_left bigint NOT NULL,
    record text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint NOT NULL
);
CREATE TABLE public.preference_request (
    id text NOT NULL,
    link text NOT NULL,
    person_sealed text NOT NULL,
    property text NOT NULL,
    lang text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.preference_session (
    id text NOT NULL,
    hash text NOT NULL,
    kind text NOT NULL,
    person_sealed text NOT NULL,
    undo_sealed text NOT NULL,
    property text NOT NULL,
    lang text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.preference_setting (
    key text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.preference_unsubscribed (
    record text NOT NULL,
    way text NOT NULL,
    took_us bigint NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.property (
    key text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.purpose (
    key text NOT NULL,
    slot bigint NOT NULL,
    version bigint NOT NULL,
    retired_at bigint,
    body text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.purpose_version (
    purpose text NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    actor text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.purpose_view (
    id text NOT NULL,
    destination_id text NOT NULL,
    purpose text NOT NULL,
    base_schema text NOT NULL,
    base_table text NOT NULL,
    match_column text NOT NULL,
    identifier_kind text NOT NULL,
    columns text NOT NULL,
    role text NOT NULL,
    view_schema text NOT NULL,
    view_name text NOT NULL,
    state text NOT NULL,
    applied text DEFAULT ''::text NOT NULL,
    applied_at bigint DEFAULT 0 NOT NULL,
    drift text DEFAULT ''::text NOT NULL,
    checked_at bigint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.recipient (
    id text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    safeguard text DEFAULT ''::text NOT NULL,
    contract text DEFAULT ''::text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.scan (
    id text NOT NULL,
    source_id text NOT NULL,
    job_id text,
    state text NOT NULL,
    started_by text NOT NULL,
    started_at bigint,
    finished_at bigint,
    stores_total bigint DEFAULT 0 NOT NULL,
    stores_done bigint DEFAULT 0 NOT NULL,
    stores_failed bigint DEFAULT 0 NOT NULL,
    fields_seen bigint DEFAULT 0 NOT NULL,
    fields_personal bigint DEFAULT 0 NOT NULL,
    error_code text DEFAULT ''::text NOT NULL,
    error_subject text DEFAULT ''::text NOT NULL,
    error_why text DEFAULT ''::text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.scan_problem (
    scan_id text NOT NULL,
    store_name text NOT NULL,
    code text NOT NULL,
    subject text NOT NULL,
    why text NOT NULL
);
CREATE TABLE public.schedule (
    key text NOT NULL,
    kind text NOT NULL,
    cron text NOT NULL,
    zone text NOT NULL,
    payload text NOT NULL,
    next_at bigint NOT NULL,
    last_at bigint
);
CREATE TABLE public.source (
    id text NOT NULL,
    key text NOT NULL,
    system_id text,
    name text NOT NULL,
    kind text NOT NULL,
    address text NOT NULL,
    password_sealed text,
    tls text DEFAULT 'prefer'::text NOT NULL,
    tls_ca text DEFAULT ''::text NOT NULL,
    rows_per_store bigint DEFAULT 1000 NOT NULL,
    tables_glob text DEFAULT ''::text NOT NULL,
    cron text DEFAULT ''::text NOT NULL,
    zone text DEFAULT 'UTC'::text NOT NULL,
    last_scan_id text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.store_link (
    source_id text NOT NULL,
    from_store text NOT NULL,
    from_columns text NOT NULL,
    to_store text NOT NULL,
    to_columns text NOT NULL
);
CREATE TABLE public.subject (
    id text NOT NULL,
    wrapped_key text NOT NULL,
    merged_into text,
    restricted_at bigint,
    erased_at bigint,
    created_at bigint NOT NULL
);
CREATE TABLE public.subject_note (
    id text NOT NULL,
    subject text NOT NULL,
    about text NOT NULL,
    record text NOT NULL,
    sealed text NOT NULL,
    actor text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.system (
    id text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    owner text DEFAULT ''::text NOT NULL,
    purpose text DEFAULT ''::text NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.web_identity (
    subject_index text NOT NULL,
    user_id text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.web_link (
    id text NOT NULL,
    kind text NOT NULL,
    hash text NOT NULL,
    user_id text NOT NULL,
    role text NOT NULL,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint NOT NULL
);
CREATE TABLE public.web_mail (
    id text NOT NULL,
    kind text NOT NULL,
    lang text NOT NULL,
    state text NOT NULL,
    letter_sealed text NOT NULL,
    fault text NOT NULL,
    code text NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint NOT NULL
);
CREATE TABLE public.web_recovery_code (
    user_id text NOT NULL,
    hash text NOT NULL
);
CREATE TABLE public.web_session (
    id text NOT NULL,
    hash text NOT NULL,
    user_id text NOT NULL,
    agent text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    how text DEFAULT ''::text NOT NULL,
    new_device bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.web_setting (
    key text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.web_user (
    id text NOT NULL,
    name_sealed text NOT NULL,
    login_sealed text NOT NULL,
    login_index text NOT NULL,
    role text NOT NULL,
    password_hash text NOT NULL,
    totp_sealed text NOT NULL,
    totp_step bigint NOT NULL,
    lang text NOT NULL,
    theme text NOT NULL,
    disabled_at bigint NOT NULL,
    created_at bigint NOT NULL
);
INSERT INTO public.access_active VALUES
	(1, '', 0);
INSERT INTO public.access_purpose VALUES
	('01a2270a-e0fe-71cd-a4d3-bbb4f66f136c', 'customer_support', 'system:setup', 1795951354112532);
INSERT INTO public.api_token VALUES
	('01a2270a-e2f4-7393-8425-b04ec90a0847', 'shop', 'consent:read consent:write decide audience', 'dL1FVN7i9bl__oFd7l8pZWDv89MvhlLum5ZFMsW2GJQ', 1795951354688368, 1795951355536261, 0, 0, 'cli', '');
INSERT INTO public.consent_counted VALUES
	(1, 0);
INSERT INTO public.consent_record VALUES
	('01a2270a-e57d-7131-bdd8-83371ff8306f', '01a2270a-e528-76e9-b9fe-c9f9787374ab', 'default', '', 0, 0, 'zh-CN', '{"letters":"granted"}', '', '', '', '', 'import', NULL, '', NULL, 1767254400000000, 1795951355261789, 'import:86cb32672e6de656f232fdcfa8e27b5b3bb3429f51012107031616180c00b8aa', '86cb32672e6de656f232fdcfa8e27b5b3bb3429f51012107031616180c00b8aa'),
	('01a2270a-e57e-709f-ab05-a9ac740da130', '01a2270a-e57e-709f-ab05-a9ab90ea3171', 'default', '', 0, 0, 'zh-CN', '{"letters":"denied"}', '', '', '', '', 'import', NULL, '', NULL, 1767340800000000, 1795951355262179, 'import:3252227c6f0fce1e8e97fca26bbe5d9b37af17ca3504629966401bcabd8f77f1', '3252227c6f0fce1e8e97fca26bbe5d9b37af17ca3504629966401bcabd8f77f1'),
	('01a2270a-e581-72f0-8be5-acfea2f0dea9', '01a2270a-e581-72f0-8be5-acfdaccb6ea6', 'default', '', 0, 0, 'zh-CN', '{"letters":"granted"}', '', '', '', '', 'import', NULL, '', NULL, 1767427200000000, 1795951355265400, 'import:2eda5476f0623fb2338877b002a5d6a88e7d5b9018995330b50c15b98af02afe', '2eda5476f0623fb2338877b002a5d6a88e7d5b9018995330b50c15b98af02afe');
INSERT INTO public.deployment VALUES
	(1, '52d3f110e5d759ecd19b638ad248db9b', 1795951351632231);
INSERT INTO public.detector_set VALUES
	('own', 1);
INSERT INTO public.identifier VALUES
	('5bc17ece211d07bf5402997f60de1be5', '01a2270a-e528-76e9-b9fe-c9f9787374ab', 'email', 's2:SaRwsv7dc9wUFL+fXNxugwjiKlnWKpxS1HSOGphUy085g3yBW74xvjY1dI1JXWXttw==', 1795951355176534),
	('728a89ee1a486650fce505e1117cf97a', '01a2270a-e57e-709f-ab05-a9ab90ea3171', 'email', 's2:nnSYyS6yoBM85xNnIYDYjNw+HJ/5nExhQLXzit7LHVy4mfyQJ9T6Z/zyqBX/7lydUQ==', 1795951355262147),
	('51b0927913ba1b0fa39c07399e5c06ed', '01a2270a-e581-72f0-8be5-acfdaccb6ea6', 'email', 's2:AuVEP7cgg6z3Qk4WB0SCYLnWSruHiUw3+qIFCw+fmOVqKb/NVfJKT57uC794fqHpZw==', 1795951355265350);
INSERT INTO public.key_ring VALUES
	('deployment', 1, 'w1:ldgNwoRLYmAew63AW6pkNL+8GKWGTdeKsuL/aZoylpJD3rFCipTlMn2AbXp/QdgVZMSQdh1B7OnN+3wv', '8f89e2a937dcea19e427678042ad7059', 1795951351358187, NULL),
	('ring', 1, 'w1:ntgG17O2opLcNcrYgrHKWrkLW1gmSME9w5zL6uMeY1hRRctGPzmPGDeZCPFg3jpMdlKmkxTmLqqLQ5V8', '8f89e2a937dcea19e427678042ad7059', 1795951351358682, NULL),
	('kek', 1, 'w1:2gcVu6kdkBAZq2988nhRz5wHO0QtxOZiRhLRX5gNJvwKBbZzlRq7SMgmZ+2C5dM09DwxvaBw+DvkWSyX', '', 1795951351358839, NULL);
INSERT INTO public.ledger_entry VALUES
	(1, 1795951352161460, 'system:store', 'schema.migrated', 'schema', 'datamap@1', NULL, NULL, '0000000000000000000000000000000000000000000000000000000000000000', '022f513617c45e01c8d06fbee179bda8c7864fbb0f2bb5fbcc9aed53c48c853e', NULL, NULL),
	(2, 1795951352359524, 'system:store', 'schema.migrated', 'schema', 'inspect@1', NULL, NULL, '022f513617c45e01c8d06fbee179bda8c7864fbb0f2bb5fbcc9aed53c48c853e', '38e42b4ca2a58cd50ab465dc862efc89960afc187a5899e78f00ea89fda082bf', NULL, NULL),
	(3, 1795951352589033, 'system:store', 'schema.migrated', 'schema', 'consent@1', NULL, NULL, '38e42b4ca2a58cd50ab465dc862efc89960afc187a5899e78f00ea89fda082bf', '785fcc94ed85f0e067ad3cf19ae9655b55c4d48d4d1f16b07d134bed0d721620', NULL, NULL),
	(4, 1795951352681664, 'system:store', 'schema.migrated', 'schema', 'consent-statistics@1', NULL, NULL, '785fcc94ed85f0e067ad3cf19ae9655b55c4d48d4d1f16b07d134bed0d721620', '4ff9d7f19f1f811473a1bd4efe9c35ede24740deb72807304cc004bd539d9367', NULL, NULL),
	(5, 1795951352748653, 'system:store', 'schema.migrated', 'schema', 'consent-desk@1', NULL, NULL, '4ff9d7f19f1f811473a1bd4efe9c35ede24740deb72807304cc004bd539d9367', '3982d28e51134278485a368b4f1df46d80a8ad1f5229d0e8d75000ed74dc670a', NULL, NULL),
	(6, 1795951352760195, 'system:setup', 'property.saved', 'property', 'default', NULL, '65f511a693a0bda2f8fc893729b00ba876df216f290b49f4d7ee682d07c7de9a', '3982d28e51134278485a368b4f1df46d80a8ad1f5229d0e8d75000ed74dc670a', 'f02c25d76c8c1a7e5b00e9effef3bcbff6d57439d5fa1ab959d33a6c39a38def', NULL, NULL),
	(7, 1795951352837450, 'system:store', 'schema.migrated', 'schema', 'audit@1', NULL, NULL, 'f02c25d76c8c1a7e5b00e9effef3bcbff6d57439d5fa1ab959d33a6c39a38def', 'bdf681812a29035ac5c09ea7d91bd7714f916a665eb0126c47a9bf4818ca5059', NULL, NULL),
	(8, 1795951352929746, 'system:store', 'schema.migrated', 'schema', 'deliver@1', NULL, NULL, 'bdf681812a29035ac5c09ea7d91bd7714f916a665eb0126c47a9bf4818ca5059', '315adca1d52908f1c708406e8074d98eca330a39c86a2ac640f6e228a75f60de', NULL, NULL),
	(9, 1795951353165284, 'system:store', 'schema.migrated', 'schema', 'web@1', NULL, NULL, '315adca1d52908f1c708406e8074d98eca330a39c86a2ac640f6e228a75f60de', 'e913bb32149ed6028183c2383507708d220762ebdf7b13969da30eba8c8e7011', NULL, NULL),
	(10, 1795951353165284, 'system:store', 'schema.migrated', 'schema', 'web-token@1', NULL, NULL, 'e913bb32149ed6028183c2383507708d220762ebdf7b13969da30eba8c8e7011', 'afa6462d085d9df5f3ec0265b16e7d9e80d8ad9faaaba1010b972c857a025c34', NULL, NULL),
	(11, 1795951353165284, 'system:store', 'schema.migrated', 'schema', 'web-session@1', NULL, NULL, 'afa6462d085d9df5f3ec0265b16e7d9e80d8ad9faaaba1010b972c857a025c34', '83cc03156d6a5e44ba60c5c05145447f16eeaf1696c1b72a9fb49e5ff6d1883d', NULL, NULL),
	(12, 1795951353165284, 'system:store', 'schema.migrated', 'schema', 'web-sso@1', NULL, NULL, '83cc03156d6a5e44ba60c5c05145447f16eeaf1696c1b72a9fb49e5ff6d1883d', '84c5067774de1aa0056b68c6fd1ec1d41278956b8017a607a40ad9a3791a97dc', NULL, NULL),
	(13, 1795951353201351, 'system:store', 'schema.migrated', 'schema', 'mail@1', NULL, NULL, '84c5067774de1aa0056b68c6fd1ec1d41278956b8017a607a40ad9a3791a97dc', 'a422a917c9f788a644d5340012f076fa3a1a1f42defe17f2a7c9fc3c40093ddc', NULL, NULL),
	(14, 1795951353420266, 'system:store', 'schema.migrated', 'schema', 'access@1', NULL, NULL, 'a422a917c9f788a644d5340012f076fa3a1a1f42defe17f2a7c9fc3c40093ddc', '57d1236efb9f2a8c22d6f3e5bc812433ee772ef9913103f607687b556629e039', NULL, NULL),
	(15, 1795951353587673, 'system:store', 'schema.migrated', 'schema', 'preference@1', NULL, NULL, '57d1236efb9f2a8c22d6f3e5bc812433ee772ef9913103f607687b556629e039', '6a9b771c8299f7362395829586f752633f986dc81aff13ff115d3581e6a362f9', NULL, NULL),
	(16, 1795951353709329, 'system:store', 'schema.migrated', 'schema', 'banner@1', NULL, NULL, '6a9b771c8299f7362395829586f752633f986dc81aff13ff115d3581e6a362f9', 'ee2c412df4cfabd26343f25a60d4b11767a9d53c30264d672444a05aaf1fe603', NULL, NULL),
	(17, 1795951353732460, 'system:setup', 'link.created', 'link', '01a2270a-df79-7296-b1f8-46a80e1d6a36', NULL, NULL, 'ee2c412df4cfabd26343f25a60d4b11767a9d53c30264d672444a05aaf1fe603', 'ca1af01fdfbd0d536da70e1ad2c3344f66da40df810be5bbd7ece38d2f15724d', NULL, NULL),
	(18, 1795951354113953, 'system:setup', 'user.created', 'user', '01a2270a-e0fe-71cd-a4d3-bbb4f66f136c', NULL, NULL, 'ca1af01fdfbd0d536da70e1ad2c3344f66da40df810be5bbd7ece38d2f15724d', 'bfa7bd265aa24c6b09ecdabcb3e7b61a473fdf84ef3b6af6070f12a32d1f1925', NULL, NULL),
	(19, 1795951354120940, 'person:01a2270a-e0fe-71cd-a4d3-bbb4f66f136c', 'session.started', 'session', '01a2270a-e107-71ad-8bbd-32e2557f958c', NULL, NULL, 'bfa7bd265aa24c6b09ecdabcb3e7b61a473fdf84ef3b6af6070f12a32d1f1925', 'd2461b881f907375869bf3fb8c54a886430b8b33a45cc68d34093efb59b91864', NULL, NULL),
	(20, 1795951354225832, 'person:01a2270a-e0fe-71cd-a4d3-bbb4f66f136c', 'purpose.saved', 'purpose', 'letters', NULL, 'c0e7c9d859f8199df18e28648efe7b1287e4b0e92c659745356797a0047541d7', 'd2461b881f907375869bf3fb8c54a886430b8b33a45cc68d34093efb59b91864', '3b5518aa78be1d151f63d4aab6ff3a314474acfc2e1a48e594cca0bdc97fab9c', NULL, NULL),
	(21, 1795951354692712, 'cli', 'token.created', 'token', '01a2270a-e2f4-7393-8425-b04ec90a0847', NULL, NULL, '3b5518aa78be1d151f63d4aab6ff3a314474acfc2e1a48e594cca0bdc97fab9c', '028b1aba26324e953e9420efdceca3c4c20f8fca51c80c07743ac08ca175b606', NULL, NULL),
	(22, 1795951355368324, 'cli', 'consent.recorded', 'consent', '01a2270a-e57d-7131-bdd8-83371ff8306f', NULL, '5394ce62ca4d216ae49f43f39d75c5b2bff46071545fe86ce2120ec338e34476', '028b1aba26324e953e9420efdceca3c4c20f8fca51c80c07743ac08ca175b606', '338afa779a2ad0fb6d3eead2672d72921be5d03d024103969caa6b5dbbafa1cd', NULL, NULL),
	(23, 1795951355481041, 'cli', 'consent.recorded', 'consent', '01a2270a-e57e-709f-ab05-a9ac740da130', NULL, '0576d481d7a731476ae68c6ac581c815ebc900c07d05fed09d6e6997d5e7692d', '338afa779a2ad0fb6d3eead2672d72921be5d03d024103969caa6b5dbbafa1cd', '4c11f68c39c20ebf4a4e959aeec9d3e7d88388b39a44d166f6686ee09a48c4ce', NULL, NULL),
	(24, 1795951355481041, 'cli', 'consent.recorded', 'consent', '01a2270a-e581-72f0-8be5-acfea2f0dea9', NULL, 'ce02a0ac7a18737bff840901d996a4c2004b3954acadb2fd89c6724c438c6acf', '4c11f68c39c20ebf4a4e959aeec9d3e7d88388b39a44d166f6686ee09a48c4ce', '5962a11629f24397908a1d65e52eb3a6c734a4374e3d77c0cfd32d4f3280e754', NULL, NULL),
	(25, 1795951355537564, 'token:01a2270a-e2f4-7393-8425-b04ec90a0847', 'token.used', 'token', '01a2270a-e2f4-7393-8425-b04ec90a0847', NULL, NULL, '5962a11629f24397908a1d65e52eb3a6c734a4374e3d77c0cfd32d4f3280e754', 'b54e3e08d5aa354a1b61abcd6af770f40dbd7e1bbf7b129fc8d9a80aa7a98961', NULL, NULL);
INSERT INTO public.ledger_head VALUES
	(1, 25, 'b54e3e08d5aa354a1b61abcd6af770f40dbd7e1bbf7b129fc8d9a80aa7a98961', 'd0f3c94e7cf16b598acbe01983ee46a38272ccc1db4c77dc72aad1fab70c7a73');
INSERT INTO public.map_version VALUES
	('map', 1);
INSERT INTO public.migration VALUES
	('store', 1, 'a4c41735471465e7c17ccdaf4dd6bb699c256d9ab346a5ef609e9d77834c9140', 1795951351548406),
	('store', 2, '3422484109b362f495f9c13fd7fedab05ac9965e0f1fe0d430b3e0cafdb7c8d6', 1795951351564529),
	('datamap', 1, '83e67fc602366cb6e18c3e61d69653b03b467262ee8b637ca7962a3f0082c5d6', 1795951352156516),
	('inspect', 1, 'b649d0a5fe2c1b6258c41fa47d1eca4f4e3dd2709805a4ea49a0658bc879ac32', 1795951352336227),
	('consent', 1, '774b7bec2d61ff0c759361f02109d74795c52668b34a50e6e4a5a2bc1e0ac722', 1795951352588363),
	('consent-statistics', 1, 'bf82a0b423fdfe4b7d649c1f8512b1645821e93f7853af9231f91921706888a4', 1795951352681035),
	('consent-desk', 1, '839ba4ae4ebd359502bfc5413afa09ef844b294caef61ee4682039b16648b9dc', 1795951352744553),
	('audit', 1, '7dc49248bdd1d54e963ca973bfdec6637f27504ace8a76d76f9e1e7eeb0b187f', 1795951352836450),
	('deliver', 1, '2645b634cd0a6db1b03e1c0b855c9fc82738669c43bc7f8ff0a564c6796c8348', 1795951352928563),
	('web', 1, 'ba5a740e78aef5dfa2f6411162fcc5036896825c5369eff4084d4f9212c36a00', 1795951353136543),
	('web-token', 1, '336da79280835992d9481abd1d303def9745838c20a8a3c451ffc8ee6e0ecaab', 1795951353137621),
	('web-session', 1, '319528c06f5ebd957293f44a5e2de89ac6231d78f40da866cadf198546b95056', 1795951353138316),
	('web-sso', 1, '65500ce1e4454352940704930b56a2b7d68c1da7f2541a5e3f7c40889ad1d100', 1795951353164374),
	('mail', 1, 'a5a21032fa5b5ec2c04ffc7ad6380f789eefdd11855c710527b612b06607516f', 1795951353200708),
	('access', 1, 'a70296f5d65e4b3f346283662733615712ed5eb1b8303d286785886ecdc1b5a1', 1795951353419585),
	('preference', 1, 'db897a0509fcecd3c57a2814907bad79daa96ec902bd7a666776213a26eacedf', 1795951353586929),
	('banner', 1, '78adf1d43f3aea2d1867f79f4de9bc9fe85429aeca85b8732f86a03c045e213e', 1795951353708597);
INSERT INTO public.property VALUES
	('default', '{"name":"","country":"CN","regimes":["gdpr","ccpa","pipl"],"language":"zh-CN"}', 1795951352759318, 1795951352759318);
INSERT INTO public.purpose VALUES
	('letters', 0, 1, NULL, '{"name":{"en":"Letters","zh-CN":"来信"},"description":{"en":"We write to you.","zh-CN":"我们给您写信。"},"if_refused":{},"basis":{"gdpr":"consent","ccpa":"opt_out","pipl":"consent"},"data":["contact.email"],"systems":[],"vendors":[],"sensitive":false,"separate_consent":false,"double_opt_in":false,"signals":[]}', 1795951354224362, 1795951354224362);
INSERT INTO public.purpose_version VALUES
	('letters', 1, '{"name":{"en":"Letters","zh-CN":"来信"},"description":{"en":"We write to you.","zh-CN":"我们给您写信。"},"if_refused":{},"basis":{"gdpr":"consent","ccpa":"opt_out","pipl":"consent"},"data":["contact.email"],"systems":[],"vendors":[],"sensitive":false,"separate_consent":false,"double_opt_in":false,"signals":[]}', 'person:01a2270a-e0fe-71cd-a4d3-bbb4f66f136c', 1795951354224362);
INSERT INTO public.subject VALUES
	('01a2270a-e528-76e9-b9fe-c9f9787374ab', 'k1:5/2exn3lJ5E1JWEy0/CG5o8qPQmVzVRd6DVaAAQp9Wx5tHgEbFuEFN17KGSVFfxUAPURkmX/XDvzWT27', NULL, NULL, NULL, 1795951355176534),
	('01a2270a-e57e-709f-ab05-a9ab90ea3171', 'k1:ZrnKSTNui6oCn+fe1qqQhck7UTYCHIC+0onD0aLQMfrfg3o9I2N118yLhsP8c9N2XATXZ7c8tbFkxoPT', NULL, NULL, NULL, 1795951355262147),
	('01a2270a-e581-72f0-8be5-acfdaccb6ea6', 'k1:PrwVyvHaHK0DSc1HlU615hcA1vuusBop9srZQO1qRUMHlvLICaioMVJwMD282VJlYiXCVkokZyrjnokL', NULL, NULL, NULL, 1795951355265350);
INSERT INTO public.web_link VALUES
	('01a2270a-df79-7296-b1f8-46a80e1d6a36', 'setup', 'XaWz1StPqKxVniZromnyLGXTFXy3gSKCTv-UOdSMlvI', '', 'owner', 'setup', 1795951353724951, 1798543353724951, 1795951354111092);
INSERT INTO public.web_session VALUES
	('01a2270a-e107-71ad-8bbd-32e2557f958c', 'QmlfIys0rcECKEjXsYq1-5ZJGrYQWrY3ggjXZ1-G6KE', '01a2270a-e0fe-71cd-a4d3-bbb4f66f136c', '', 1795951354119524, 1797160954119524, 0, 'link', 0);
INSERT INTO public.web_setting VALUES
	('organisation', 'Lantern Tea');
INSERT INTO public.web_user VALUES
	('01a2270a-e0fe-71cd-a4d3-bbb4f66f136c', 'v1:iLE+cy/T0dieC3Mzfpc21AyY9hnwhcH35TgzKkc3K+BzVxbNdtYqfw==', 'v1:7V0K19tSnGjfttV6aBZeHWlGVtHA7nqYDapc+HtMYBSAORx/eUBsLlavoHv5', 'eqvVjUm5xrID515bFV5hkwFaWrg-2aS9hzYo-Od_D_g', 'owner', '$argon2id$v=19$m=19456,t=2,p=1$ILwWPIHDu3P+y316ptHpig$i7yPeUMG6U1EQHXfbz9ztiRHWuVTkyMVOA2icw09i9c', '', 0, 'en', 'auto', 0, 1795951354111915);
ALTER TABLE ONLY public.access_active
    ADD CONSTRAINT access_active_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.access_approval
    ADD CONSTRAINT access_approval_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.access_decision
    ADD CONSTRAINT access_decision_pkey PRIMARY KEY (day, actor, role, action, kind, purpose, emergency, approved, allowed);
ALTER TABLE ONLY public.access_glass
    ADD CONSTRAINT access_glass_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.access_policy
    ADD CONSTRAINT access_policy_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.access_policy
    ADD CONSTRAINT access_policy_version_key UNIQUE (version);
ALTER TABLE ONLY public.access_purpose
    ADD CONSTRAINT access_purpose_pkey PRIMARY KEY (user_id, purpose);
ALTER TABLE ONLY public.access_review_item
    ADD CONSTRAINT access_review_item_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.access_review
    ADD CONSTRAINT access_review_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.activity_category
    ADD CONSTRAINT activity_category_pkey PRIMARY KEY (activity_id, category);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_key_key UNIQUE (key);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.activity_recipient
    ADD CONSTRAINT activity_recipient_pkey PRIMARY KEY (activity_id, recipient_id);
ALTER TABLE ONLY public.activity_system
    ADD CONSTRAINT activity_system_pkey PRIMARY KEY (activity_id, system_id);
ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.banner_answer
    ADD CONSTRAINT banner_answer_pkey PRIMARY KEY (consent);
ALTER TABLE ONLY public.banner_count
    ADD CONSTRAINT banner_count_pkey PRIMARY KEY (experiment, variant);
ALTER TABLE ONLY public.banner_experiment
    ADD CONSTRAINT banner_experiment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.banner_file
    ADD CONSTRAINT banner_file_pkey PRIMARY KEY (property, kind);
ALTER TABLE ONLY public.banner
    ADD CONSTRAINT banner_pkey PRIMARY KEY (property);
ALTER TABLE ONLY public.banner_setting
    ADD CONSTRAINT banner_setting_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.consent_counted
    ADD CONSTRAINT consent_counted_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.consent_daily
    ADD CONSTRAINT consent_daily_pkey PRIMARY KEY (day, property, notice, notice_version, purpose, channel, origin, choice);
ALTER TABLE ONLY public.consent_effect
    ADD CONSTRAINT consent_effect_pkey PRIMARY KEY (day, property, class);
ALTER TABLE ONLY public.consent_record
    ADD CONSTRAINT consent_record_idempotency_key UNIQUE (idempotency);
ALTER TABLE ONLY public.consent_record
    ADD CONSTRAINT consent_record_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.data_store
    ADD CONSTRAINT data_store_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.data_store
    ADD CONSTRAINT data_store_source_id_name_key UNIQUE (source_id, name);
ALTER TABLE ONLY public.decision_batch
    ADD CONSTRAINT decision_batch_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (destination_id, place);
ALTER TABLE ONLY public.deployment
    ADD CONSTRAINT deployment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.destination
    ADD CONSTRAINT destination_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.detector_history
    ADD CONSTRAINT detector_history_pkey PRIMARY KEY (detector_id, version);
ALTER TABLE ONLY public.detector
    ADD CONSTRAINT detector_name_key UNIQUE (name);
ALTER TABLE ONLY public.detector
    ADD CONSTRAINT detector_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.detector_set
    ADD CONSTRAINT detector_set_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.drift
    ADD CONSTRAINT drift_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.field
    ADD CONSTRAINT field_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.field
    ADD CONSTRAINT field_store_id_name_key UNIQUE (store_id, name);
ALTER TABLE ONLY public.flow
    ADD CONSTRAINT flow_key_key UNIQUE (key);
ALTER TABLE ONLY public.flow
    ADD CONSTRAINT flow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.identifier
    ADD CONSTRAINT identifier_pkey PRIMARY KEY (blind);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.key_ring
    ADD CONSTRAINT key_ring_pkey PRIMARY KEY (name, version);
ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.ledger_head
    ADD CONSTRAINT ledger_head_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.map_version
    ADD CONSTRAINT map_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (room, version);
ALTER TABLE ONLY public.notice_picture
    ADD CONSTRAINT notice_picture_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.notice_version
    ADD CONSTRAINT notice_version_pkey PRIMARY KEY (notice, version);
ALTER TABLE ONLY public.notice_version
    ADD CONSTRAINT notice_version_slot_key UNIQUE (slot);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.origin
    ADD CONSTRAINT origin_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.preference_link
    ADD CONSTRAINT preference_link_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.preference_link
    ADD CONSTRAINT preference_link_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.preference_request
    ADD CONSTRAINT preference_request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.preference_session
    ADD CONSTRAINT preference_session_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.preference_session
    ADD CONSTRAINT preference_session_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.preference_setting
    ADD CONSTRAINT preference_setting_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.preference_unsubscribed
    ADD CONSTRAINT preference_unsubscribed_pkey PRIMARY KEY (record);
ALTER TABLE ONLY public.property
    ADD CONSTRAINT property_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.purpose
    ADD CONSTRAINT purpose_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.purpose
    ADD CONSTRAINT purpose_slot_key UNIQUE (slot);
ALTER TABLE ONLY public.purpose_version
    ADD CONSTRAINT purpose_version_pkey PRIMARY KEY (purpose, version);
ALTER TABLE ONLY public.purpose_view
    ADD CONSTRAINT purpose_view_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.recipient
    ADD CONSTRAINT recipient_key_key UNIQUE (key);
ALTER TABLE ONLY public.recipient
    ADD CONSTRAINT recipient_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scan
    ADD CONSTRAINT scan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scan_problem
    ADD CONSTRAINT scan_problem_pkey PRIMARY KEY (scan_id, store_name);
ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_key_key UNIQUE (key);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.store_link
    ADD CONSTRAINT store_link_pkey PRIMARY KEY (source_id, from_store, from_columns, to_store);
ALTER TABLE ONLY public.subject_note
    ADD CONSTRAINT subject_note_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subject
    ADD CONSTRAINT subject_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.system
    ADD CONSTRAINT system_key_key UNIQUE (key);
ALTER TABLE ONLY public.system
    ADD CONSTRAINT system_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.web_identity
    ADD CONSTRAINT web_identity_pkey PRIMARY KEY (subject_index);
ALTER TABLE ONLY public.web_link
    ADD CONSTRAINT web_link_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.web_link
    ADD CONSTRAINT web_link_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.web_mail
    ADD CONSTRAINT web_mail_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.web_recovery_code
    ADD CONSTRAINT web_recovery_code_pkey PRIMARY KEY (user_id, hash);
ALTER TABLE ONLY public.web_session
    ADD CONSTRAINT web_session_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.web_session
    ADD CONSTRAINT web_session_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.web_setting
    ADD CONSTRAINT web_setting_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.web_user
    ADD CONSTRAINT web_user_login_index_key UNIQUE (login_index);
ALTER TABLE ONLY public.web_user
    ADD CONSTRAINT web_user_pkey PRIMARY KEY (id);
CREATE INDEX access_approval_state ON public.access_approval USING btree (state, asked_at);
CREATE INDEX access_glass_open ON public.access_glass USING btree (ended_at, expires_at);
CREATE INDEX access_review_item_review ON public.access_review_item USING btree (review, verdict);
CREATE INDEX banner_answer_of ON public.banner_answer USING btree (experiment, variant, outcome);
CREATE INDEX banner_experiment_of ON public.banner_experiment USING btree (property, created_at);
CREATE INDEX consent_record_at ON public.consent_record USING btree (recorded_at);
CREATE INDEX consent_record_of ON public.consent_record USING btree (subject, given_at);
CREATE INDEX decision_batch_by_at ON public.decision_batch USING btree (at);
CREATE INDEX delivery_state ON public.delivery USING btree (state, place);
CREATE INDEX delivery_waiting ON public.delivery USING btree (destination_id, order_key, place) WHERE (state = 'waiting'::text);
CREATE INDEX drift_by_scan ON public.drift USING btree (scan_id);
CREATE INDEX drift_open ON public.drift USING btree (state, at);
CREATE INDEX field_by_category ON public.field USING btree (category, id);
CREATE INDEX field_by_decision ON public.field USING btree (decision, level DESC, category, id);
CREATE INDEX field_by_level ON public.field USING btree (level DESC, category, id);
CREATE INDEX field_by_name ON public.field USING btree (search, id);
CREATE INDEX field_by_source ON public.field USING btree (source_id, level DESC, category, id);
CREATE INDEX identifier_of ON public.identifier USING btree (subject);
CREATE UNIQUE INDEX job_dedupe ON public.job USING btree (dedupe_key) WHERE ((dedupe_key IS NOT NULL) AND (state = ANY (ARRAY['queued'::text, 'running'::text])));
CREATE INDEX job_due ON public.job USING btree (state, run_at);
CREATE INDEX job_ended ON public.job USING btree (ended_due) WHERE (ended_due > 0);
CREATE INDEX ledger_entry_action ON public.ledger_entry USING btree (action, seq);
CREATE INDEX ledger_entry_actor ON public.ledger_entry USING btree (actor, seq);
CREATE INDEX ledger_entry_object ON public.ledger_entry USING btree (object_kind, object_id, seq);
CREATE INDEX ledger_entry_purpose ON public.ledger_entry USING btree (purpose, seq) WHERE (purpose IS NOT NULL);
CREATE INDEX ledger_entry_subject ON public.ledger_entry USING btree (subject, seq) WHERE (subject IS NOT NULL);
CREATE INDEX notice_picture_of ON public.notice_picture USING btree (notice, version);
CREATE INDEX origin_by_source ON public.origin USING btree (source_id);
CREATE INDEX preference_link_record ON public.preference_link USING btree (record);
CREATE INDEX preference_unsubscribed_at ON public.preference_unsubscribed USING btree (at);
CREATE UNIQUE INDEX purpose_view_name ON public.purpose_view USING btree (destination_id, view_schema, view_name) WHERE (state <> 'removed'::text);
CREATE INDEX scan_by_source ON public.scan USING btree (source_id, created_at);
CREATE INDEX schedule_due ON public.schedule USING btree (next_at);
CREATE INDEX subject_merged ON public.subject USING btree (merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX subject_note_of ON public.subject_note USING btree (subject, at);
CREATE INDEX web_identity_user ON public.web_identity USING btree (user_id);
CREATE INDEX web_mail_state ON public.web_mail USING btree (state, id);
CREATE INDEX web_session_user ON public.web_session USING btree (user_id);
ALTER TABLE ONLY public.activity_category
    ADD CONSTRAINT activity_category_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id);
ALTER TABLE ONLY public.activity_recipient
    ADD CONSTRAINT activity_recipient_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id);
ALTER TABLE ONLY public.activity_recipient
    ADD CONSTRAINT activity_recipient_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES public.recipient(id);
ALTER TABLE ONLY public.activity_system
    ADD CONSTRAINT activity_system_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id);
ALTER TABLE ONLY public.activity_system
    ADD CONSTRAINT activity_system_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.system(id);
ALTER TABLE ONLY public.data_store
    ADD CONSTRAINT data_store_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_destination_id_fkey FOREIGN KEY (destination_id) REFERENCES public.destination(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.drift
    ADD CONSTRAINT drift_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES public.scan(id);
ALTER TABLE ONLY public.drift
    ADD CONSTRAINT drift_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);
ALTER TABLE ONLY public.field
    ADD CONSTRAINT field_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);
ALTER TABLE ONLY public.field
    ADD CONSTRAINT field_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.data_store(id);
ALTER TABLE ONLY public.origin
    ADD CONSTRAINT origin_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);
ALTER TABLE ONLY public.purpose_view
    ADD CONSTRAINT purpose_view_destination_id_fkey FOREIGN KEY (destination_id) REFERENCES public.destination(id);
ALTER TABLE ONLY public.scan_problem
    ADD CONSTRAINT scan_problem_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES public.scan(id);
ALTER TABLE ONLY public.scan
    ADD CONSTRAINT scan_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_system_id_fkey FOREIGN KEY (system_id) REFERENCES public.system(id);
ALTER TABLE ONLY public.store_link
    ADD CONSTRAINT store_link_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);
