-- Rules beyond the manual, lists of callers, the subscriber's calendar, the override, proof of
-- numbers, notes on calls, keys of programs, requests to the support.

-- What a rule has beyond the manual: one document (store/rule-extra.ts), NULL = nothing.
ALTER TABLE rules ADD COLUMN extra JSON NULL;
ALTER TABLE rule_targets ADD COLUMN extra JSON NULL;

-- «Сейчас всё на …»: action, number, since when, until when (store/snapshot-parts.ts).
ALTER TABLE subscribers ADD COLUMN override_now JSON NULL;

-- When a code proved that the number is the subscriber's. Numbers from before the proof count.
ALTER TABLE numbers ADD COLUMN verified_at BIGINT NULL;
UPDATE numbers SET verified_at = FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000) WHERE verified_at IS NULL;

-- The rule that took the call first, for statistics and the journal's filter; NULL = none.
ALTER TABLE calls ADD COLUMN rule_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL;
UPDATE calls SET rule_id = NULLIF(JSON_UNQUOTE(JSON_EXTRACT(legs, '$[0].ruleId')), 'null')
  WHERE rule_id IS NULL;

CREATE TABLE IF NOT EXISTS number_codes (
  number_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- call, sms.
  by_way VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- SHA-256 over the number's id and the code, hex.
  code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sent_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  tries INT NOT NULL,
  -- Codes sent since `day_start`, for the limit of a day.
  sent_today INT NOT NULL,
  day_start BIGINT NOT NULL,
  errand_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (number_id),
  KEY number_codes_of (subscriber_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS caller_lists (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- 'blocked' for the list that everybody has.
  id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  PRIMARY KEY (subscriber_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS caller_entries (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  list_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mask VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (subscriber_id, list_id, mask)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS subscriber_days (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Local date, YYYY-MM-DD.
  date CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- working, short, dayOff, holiday.
  kind VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  PRIMARY KEY (subscriber_id, date)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS call_notes (
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  text VARCHAR(1000) NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (call_id),
  KEY call_notes_of (subscriber_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS api_keys (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  -- SHA-256 of the key, hex; the key itself is shown once.
  key_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  prefix VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- 'read,write,media' or a part of it.
  scopes VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY api_keys_hash (key_hash),
  KEY api_keys_of (subscriber_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS support_requests (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- request, question.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject VARCHAR(120) NOT NULL,
  -- open, answered, closed.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY support_requests_of (subscriber_id, changed_at),
  KEY support_requests_queue (state, changed_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS support_messages (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- subscriber, support.
  author VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  text TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY support_messages_of (request_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
