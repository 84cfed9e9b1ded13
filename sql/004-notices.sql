-- Notices: what a subscriber is told of by e-mail, SMS, webhook and Telegram.

-- A row with channel '' is an event, written in the transaction of what it tells of: one per call,
-- message, recording … (`notice_key`). It becomes a row per chosen channel (state 'routed').
CREATE TABLE IF NOT EXISTS outbox (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- '' = not addressed yet; email, sms, webhook, telegram.
  channel VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address VARCHAR(500) NOT NULL,
  -- Facts only; words are made of them when it is sent.
  payload JSON NOT NULL,
  -- Names the notice for ever: 'call:<id>', 'call:<id>:email'.
  notice_key VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- new, routed (events); waiting, sent, delivered, dead (addressed).
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tries INT NOT NULL,
  next_at BIGINT NOT NULL,
  -- Who sends it now, until when, and for the how-manieth time.
  lease_owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lease_until BIGINT NOT NULL,
  fence INT NOT NULL,
  -- The other side's name for it (SMS): receipts come under it.
  external_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  last_error VARCHAR(500) NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY outbox_key (notice_key),
  KEY outbox_due (state, channel, next_at),
  KEY outbox_of (subscriber_id, created_at),
  KEY outbox_receipt (external_id),
  KEY outbox_done (done_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What is looked at again and again: when the next look is due.
CREATE TABLE IF NOT EXISTS notice_rounds (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- dailyDigest, weeklyDigest, silentTarget.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  next_at BIGINT NOT NULL,
  PRIMARY KEY (subscriber_id, kind),
  KEY notice_rounds_due (next_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Networks and programs an account has logged in from.
CREATE TABLE IF NOT EXISTS login_places (
  account_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- SHA-256, hex: what is compared need not be readable.
  place CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, place),
  KEY login_places_age (seen_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
