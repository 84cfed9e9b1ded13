-- Talk and terms: the support as managers and visitors see it, attachments, the referral programme,
-- monthly fees.

-- Since when somebody waits for an answer (NULL = nobody does), whose it is, what he has looked at.
ALTER TABLE support_requests
  ADD COLUMN waiting_since BIGINT NULL,
  ADD COLUMN assigned_to CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0,
  -- Rises with every change; open pages compare it.
  ADD COLUMN version BIGINT NOT NULL DEFAULT 0,
  -- A visitor, who has no subscriber ('' there). SHA-256 of the token in his cookie, hex.
  ADD COLUMN visitor_name VARCHAR(120) NOT NULL DEFAULT '',
  ADD COLUMN visitor_email VARCHAR(254) NOT NULL DEFAULT '',
  ADD COLUMN visitor_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN visitor_until BIGINT NULL,
  -- Until when somebody has the page open, told now and then by whoever serves him.
  ADD COLUMN live_until BIGINT NOT NULL DEFAULT 0,
  ADD UNIQUE KEY support_requests_visitor (visitor_hash),
  ADD KEY support_requests_waiting (waiting_since),
  ADD KEY support_requests_changed (changed_at);

-- open, answered, closed become: new (never answered), answered, waiting (written again), closed.
UPDATE support_requests SET waiting_since = changed_at WHERE state = 'open';
UPDATE support_requests r SET state = 'waiting' WHERE state = 'open'
  AND EXISTS (SELECT 1 FROM support_messages m WHERE m.request_id = r.id AND m.author = 'support');
UPDATE support_requests SET state = 'new' WHERE state = 'open';

-- The manager who wrote it; '' = not a manager. Authors: subscriber, visitor, support.
ALTER TABLE support_messages
  ADD COLUMN manager VARCHAR(128) NOT NULL DEFAULT '';

-- What colleagues tell each other of a request. A table of its own: no query of the asker's side
-- can bring it to light by mistake.
CREATE TABLE IF NOT EXISTS support_notes (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  manager VARCHAR(128) NOT NULL,
  text TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY support_notes_of (request_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS support_files (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Who uploaded it: 'subscriber:<id>', 'manager:<account>'. Only he may put it into a message.
  uploader VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- NULL until it is part of a message.
  request_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  message_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  name VARCHAR(120) NOT NULL,
  -- png, jpg, pdf, txt, wav: what its octets say, not its name.
  type VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bytes INT NOT NULL,
  -- Its random name in the folder of attachments; '' = was removed.
  file VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY support_files_of (request_id, message_id),
  KEY support_files_by (uploader, created_at),
  KEY support_files_age (created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Terms of the referral programme: what an invitee's first payment of so much brings.
ALTER TABLE tariffs
  ADD COLUMN referral_bonus_kopecks BIGINT NOT NULL DEFAULT 10000,
  ADD COLUMN referral_min_payment_kopecks BIGINT NOT NULL DEFAULT 10000;

CREATE TABLE IF NOT EXISTS referral_codes (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (subscriber_id),
  UNIQUE KEY referral_codes_code (code)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One row per invitee, also when the invitation does not count: managers see why.
CREATE TABLE IF NOT EXISTS referral_links (
  invitee_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  inviter_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- joined, paid, takenBack, refused.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Of a refused one: samePhone, sameEmail, sameNumber, sameAccount; of others ''.
  reason VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  joined_at BIGINT NOT NULL,
  -- The payment that brought the bonus, and what was asked of it then.
  order_number BIGINT NULL,
  bonus_kopecks BIGINT NOT NULL,
  min_payment_kopecks BIGINT NOT NULL,
  paid_at BIGINT NULL,
  taken_back_at BIGINT NULL,
  PRIMARY KEY (invitee_id),
  KEY referral_links_of (inviter_id, joined_at),
  KEY referral_links_order (order_number)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- When this subscriber's fee is looked at again (NULL = at once), and what is due: without it his
-- calls are not forwarded.
ALTER TABLE subscribers
  ADD COLUMN fee_next_at BIGINT NULL,
  ADD COLUMN fee_due_kopecks BIGINT NULL,
  ADD KEY subscribers_fee (fee_next_at),
  ADD KEY subscribers_fee_due (fee_due_kopecks);

CREATE TABLE IF NOT EXISTS monthly_fees (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- 'YYYY-MM' of the first day of the billing month.
  month CHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- waiting (the money is not there), paid, lapsed (went by unpaid and costs nothing), free.
  state VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tariff_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kopecks BIGINT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  paid_at BIGINT NULL,
  PRIMARY KEY (subscriber_id, month)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Months that had begun before fees were charged at all are not charged.
INSERT IGNORE INTO counters (name, value)
  VALUES ('monthlyFeesSince', FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000));
