-- People: registrations and their queue, roles, links by mail, the second factor, the number pool,
-- the log of what managers do.

-- 'subscriber' or 'manager'; a manager's subscriber_id is ''.
ALTER TABLE accounts ADD COLUMN role VARCHAR(16)
  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'subscriber';
-- A manager's name; subscribers have theirs in `subscribers`.
ALTER TABLE accounts ADD COLUMN name VARCHAR(120) NOT NULL DEFAULT '';
-- In lower case: where links go, and by what an account is found. '' = none. A subscriber's notices
-- go to the same address (subscribers.options); both are written together.
ALTER TABLE accounts ADD COLUMN email VARCHAR(254)
  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
-- active, suspended.
ALTER TABLE accounts ADD COLUMN status VARCHAR(16)
  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'active';
-- The password was made by us and must be changed before anything else.
ALTER TABLE accounts ADD COLUMN password_temporary TINYINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD KEY accounts_of (subscriber_id);
ALTER TABLE accounts ADD KEY accounts_email (email);
UPDATE accounts a JOIN subscribers s ON s.id = a.subscriber_id
  SET a.email = LOWER(LEFT(JSON_UNQUOTE(JSON_EXTRACT(s.options, '$.email')), 254))
  WHERE JSON_EXTRACT(s.options, '$.email') IS NOT NULL AND a.email = '';

-- Whose panel a manager looks at in this session; NULL = nobody's.
ALTER TABLE sessions ADD COLUMN viewed_id CHAR(32)
  CHARACTER SET ascii COLLATE ascii_bin NULL;
-- A code of the second factor was given in this session and counts until then.
ALTER TABLE sessions ADD COLUMN fresh_until BIGINT NOT NULL DEFAULT 0;

-- Tries of anything that must not be tried without end, per account or address.
CREATE TABLE IF NOT EXISTS throttles (
  -- SHA-256, hex: what people type must not be kept.
  bucket CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tries INT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (bucket),
  KEY throttles_end (ends_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS registrations (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- From the counter 'registration': what people call it by.
  number BIGINT NOT NULL,
  -- SHA-256 of the token by which the applicant sees its state, hex; the token is made of the key
  -- of his form, so that the same form sent twice is one request.
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(120) NOT NULL,
  -- E.164.
  phone VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email VARCHAR(254) NOT NULL,
  -- Beginning of the wished number; '' = any.
  wish VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  comment VARCHAR(1000) NOT NULL,
  referral_code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  language CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- IP address it came from.
  address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- new, inWork, confirmed, rejected.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  waits_documents TINYINT NOT NULL,
  missed_calls INT NOT NULL,
  -- Account that works on it, since when, and until when it is that account's alone.
  claimed_by CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  claimed_at BIGINT NULL,
  claim_until BIGINT NULL,
  -- Login of who decided, and why he rejected it.
  decided_by VARCHAR(128) NULL,
  decided_at BIGINT NULL,
  reason VARCHAR(500) NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  version INT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY registrations_number (number),
  UNIQUE KEY registrations_token (token_hash),
  KEY registrations_queue (state, created_at),
  KEY registrations_phone (phone),
  KEY registrations_email (email),
  KEY registrations_address (address, created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS registration_notes (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  registration_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author VARCHAR(128) NOT NULL,
  text VARCHAR(2000) NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY registration_notes_of (registration_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Links that are sent by mail: a first password, a forgotten one, a new address.
CREATE TABLE IF NOT EXISTS account_links (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- first, reset, email, temporary (no link but a password to be changed).
  purpose VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The address that is confirmed, for 'email'; else where it was sent.
  email VARCHAR(254) NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  -- Used, or overtaken by another one.
  used_at BIGINT NULL,
  PRIMARY KEY (id),
  KEY account_links_of (account_id, purpose),
  KEY account_links_age (expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- A token is made when its letter is sent, one for each try, and is nowhere but in the letter.
CREATE TABLE IF NOT EXISTS account_link_tokens (
  -- SHA-256, hex.
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  link_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (token_hash),
  KEY account_link_tokens_of (link_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Time-based one-time passwords (RFC 6238).
CREATE TABLE IF NOT EXISTS second_factors (
  account_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Base32.
  secret VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- NULL = begun, not yet on.
  confirmed_at BIGINT NULL,
  -- The last time step whose code was used: none counts twice.
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS recovery_codes (
  account_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- SHA-256 over the account's id and the code, hex.
  code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  used_at BIGINT NULL,
  PRIMARY KEY (account_id, code_hash)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- A password was right, the code of the second factor is awaited.
CREATE TABLE IF NOT EXISTS login_tickets (
  -- SHA-256, hex.
  ticket_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tries INT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (ticket_hash),
  KEY login_tickets_age (expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Personal numbers that the operator has.
CREATE TABLE IF NOT EXISTS number_pool (
  -- E.164.
  address VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- free, reserved, assigned, quarantine, ported.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- End of the reservation or of the quarantine; NULL = open.
  until BIGINT NULL,
  note VARCHAR(255) NOT NULL,
  -- Whose it is, or was last.
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- The request it is reserved for.
  registration_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (address),
  KEY number_pool_state (state, address),
  KEY number_pool_of (subscriber_id),
  KEY number_pool_for (registration_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
INSERT IGNORE INTO number_pool
  (address, state, until, note, subscriber_id, registration_id, changed_at)
  SELECT address, 'assigned', NULL, '', subscriber_id, NULL,
    FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000) FROM personal_numbers;

-- Who of the staff did what, and looked at whom. Appended, never changed (store/grants.ts).
CREATE TABLE IF NOT EXISTS audit_log (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at BIGINT NOT NULL,
  -- Login; 'system' = nobody.
  actor VARCHAR(128) NOT NULL,
  -- 'request.confirm', 'subscriber.look' …
  action VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- 'request:<id>', 'number:+7499…'; '' = nothing in particular.
  subject VARCHAR(160) NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  details JSON NOT NULL,
  -- IP address.
  address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  KEY audit_log_actor (actor, id),
  KEY audit_log_action (action, id),
  KEY audit_log_subject (subject, id),
  KEY audit_log_of (subscriber_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
