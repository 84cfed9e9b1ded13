-- Charging of calls while they live: which answered legs cost their subscriber money now, what each
-- call came to, how many of the month's included seconds are used.

-- From the answer of a leg until its call is stored with its end: a row is the reservation. Who
-- dies leaves rows that are charged with the repair of his calls (store/orphans.ts).
CREATE TABLE IF NOT EXISTS live_charges (
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The process that has the call, as in calls.owner.
  owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address VARCHAR(128) NOT NULL,
  -- The rate as it was taken; a tariff is not edited once calls were charged by it.
  tariff_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  prefix VARCHAR(15) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  answered_at BIGINT NOT NULL,
  -- 'YYYY-MM', the billing month of the answer: its included seconds may be used.
  month CHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (call_id),
  KEY live_charges_account (subscriber_id),
  KEY live_charges_owner (owner)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS included_use (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  month CHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Of calls that are over.
  seconds BIGINT NOT NULL,
  PRIMARY KEY (subscriber_id, month)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What a call came to; NULL: nothing of it was ever charged for. 0 is a charge, too: included
-- seconds, an answer shorter than the free ones.
ALTER TABLE calls ADD COLUMN cost_kopecks BIGINT NULL;
ALTER TABLE calls ADD COLUMN rate_name VARCHAR(64) NULL;
ALTER TABLE calls ADD COLUMN charged_seconds INT NULL;
ALTER TABLE calls ADD COLUMN included_seconds INT NULL;

-- The subscriber is told when his balance falls below this.
ALTER TABLE subscribers ADD COLUMN low_balance_kopecks BIGINT NOT NULL DEFAULT 10000;
