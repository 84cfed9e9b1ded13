-- What is asked of calls that live, and the SIP ladders of calls. The rules of 001-first.sql hold.

-- One row per call whose ladder was kept or is being read: a document of src/call/ladder.ts,
-- compressed (zstd). Nothing else refers to it; a night removes what is older than 14 days.
CREATE TABLE IF NOT EXISTS call_ladders (
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  written_at BIGINT NOT NULL,
  ladder MEDIUMBLOB NOT NULL,
  PRIMARY KEY (call_id),
  KEY call_ladders_age (written_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Somebody reads the ladder of this live call until then, by the database's clock.
CREATE TABLE IF NOT EXISTS call_watches (
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  until_ms BIGINT NOT NULL,
  PRIMARY KEY (call_id),
  KEY call_watches_until (until_ms)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Orders to a running call. The process that has the call decides them, each once.
CREATE TABLE IF NOT EXISTS call_commands (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- 'subscriber' or 'manager', and which account.
  by_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  -- By the database's clock: when it has waited too long.
  expires_ms BIGINT NOT NULL,
  -- open, done, tooLate, failed
  state VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  why VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  KEY call_commands_of (call_id, kind, state),
  KEY call_commands_open (state, created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
