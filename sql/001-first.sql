-- The first schema. Forward only: a later change is a new file, this one is never edited.
-- Only what MySQL 8, MariaDB 10.5+ and TiDB share: no triggers, no sequences, no RETURNING, no
-- foreign keys (the store keeps references whole inside transactions that lock the subscriber).
-- Ids are UUIDv7 made by the application, 32 hex digits. Instants are milliseconds since 1970 UTC,
-- schedules local wall-clock time with the subscriber's zone, money integer kopecks.

CREATE TABLE IF NOT EXISTS subscribers (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(120) NOT NULL,
  zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tariff VARCHAR(64) NOT NULL,
  balance_kopecks BIGINT NOT NULL,
  max_calls INT NOT NULL,
  voicemail TINYINT NOT NULL,
  voicemail_after_seconds INT NOT NULL,
  record_calls TINYINT NOT NULL,
  cycle_limit_seconds INT NOT NULL,
  ring_seconds INT NOT NULL,
  busy_matters_more TINYINT NOT NULL,
  decline_is_refusal TINYINT NOT NULL,
  default_number_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- What a call needs of numbers and rules, as one document. Written in the same transaction as
  -- every edit (store/rule-set.ts), so that a call is one primary-key join and one JSON.parse.
  rule_set JSON NULL,
  -- Rises with every edit of numbers, rules and settings.
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS personal_numbers (
  address VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (address),
  KEY personal_numbers_of (subscriber_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS accounts (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Stored in lower case.
  login VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY accounts_login (login)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS sessions (
  -- SHA-256 of the token, hex; the token itself is known to the browser only.
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash),
  KEY sessions_of (account_id),
  KEY sessions_age (seen_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS login_failures (
  -- 'account:…' or 'address:…', hashed: what people type must not be kept.
  bucket CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  window_start BIGINT NOT NULL,
  failures INT NOT NULL,
  PRIMARY KEY (bucket),
  KEY login_failures_age (window_start)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS numbers (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address VARCHAR(128) NOT NULL,
  description VARCHAR(120) NOT NULL,
  PRIMARY KEY (id),
  KEY numbers_of (subscriber_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rules (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version INT NOT NULL,
  name VARCHAR(64) NOT NULL,
  enabled TINYINT NOT NULL,
  priority INT NOT NULL,
  position INT NOT NULL,
  blocks JSON NOT NULL,
  mode VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  wait_seconds INT NOT NULL,
  no_answer VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  next_rule_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ignore_schedule TINYINT NOT NULL,
  PRIMARY KEY (id),
  KEY rules_of (subscriber_id, position)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS rule_targets (
  rule_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position INT NOT NULL,
  number_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ring_seconds INT NULL,
  PRIMARY KEY (rule_id, position),
  KEY rule_targets_number (number_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS trunks (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  enabled TINYINT NOT NULL,
  inbound_nets JSON NOT NULL,
  host VARCHAR(255) NOT NULL,
  port INT NOT NULL,
  transport VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  digest_user VARCHAR(128) NULL,
  digest_password VARCHAR(128) NULL,
  number_format VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  identity VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  assert_identity TINYINT NOT NULL,
  diversion VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sort_order INT NOT NULL,
  capacity INT NULL,
  provisional_seconds INT NOT NULL,
  PRIMARY KEY (id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One row per topic ('trunks'): processes that keep a copy in memory watch its version.
CREATE TABLE IF NOT EXISTS topics (
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (name)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS calls (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The journal process that writes this call (a row of leases).
  owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Microseconds since 1970, strictly rising per owner: newer states beat older ones whatever
  -- order they arrive in, and the panel sees by it that something changed.
  changed BIGINT NOT NULL,
  sip_call_id VARCHAR(255) NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  dialled VARCHAR(128) NOT NULL,
  caller VARCHAR(128) NOT NULL,
  caller_name VARCHAR(255) NOT NULL,
  anonymous TINYINT NOT NULL,
  trunk_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  started_at BIGINT NOT NULL,
  answered_at BIGINT NULL,
  ended_at BIGINT NULL,
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  status INT NOT NULL,
  ended_by VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  reason VARCHAR(255) NOT NULL,
  answered_leg_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- Addresses of the phones that rang, for the search.
  phones VARCHAR(1000) NOT NULL,
  legs JSON NOT NULL,
  trace JSON NOT NULL,
  PRIMARY KEY (id),
  KEY calls_journal (subscriber_id, started_at),
  KEY calls_changed (subscriber_id, changed),
  KEY calls_live (ended_at, owner)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
