-- Money: the ledger of each subscriber, tariffs and who has which, payments, refunds, alarms.
-- Money is integer kopecks, instants are milliseconds since 1970 (UTC).

-- Appended, never changed: the user of the application has SELECT and INSERT here and no more
-- (store/grants.ts). subscribers.balance_kopecks is the copy of the last balance that calls read.
CREATE TABLE IF NOT EXISTS ledger (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- From 1, without gaps.
  number BIGINT NOT NULL,
  -- Names the effect, once for ever: 'payment:robokassa:1001', 'call:…'.
  entry_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- payment, refund, call, monthlyFee, correction, bonus.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kopecks BIGINT NOT NULL,
  balance_kopecks BIGINT NOT NULL,
  -- Never before that of the entry before it.
  at BIGINT NOT NULL,
  text VARCHAR(255) NOT NULL,
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  order_number BIGINT NULL,
  PRIMARY KEY (subscriber_id, number),
  UNIQUE KEY ledger_effect (subscriber_id, entry_key),
  KEY ledger_month (subscriber_id, at),
  KEY ledger_payments (order_number)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What accounts had before there was a ledger.
INSERT IGNORE INTO ledger
  (subscriber_id, number, entry_key, kind, kopecks, balance_kopecks, at, text)
  SELECT id, 1, 'opening', 'correction', balance_kopecks, balance_kopecks,
    FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000), 'Начальный остаток'
  FROM subscribers WHERE balance_kopecks <> 0;

CREATE TABLE IF NOT EXISTS tariffs (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  monthly_kopecks BIGINT NOT NULL,
  included_seconds INT NOT NULL,
  included_prefixes JSON NOT NULL,
  free_answer_seconds INT NOT NULL,
  -- Half-open; NULL = open.
  valid_from BIGINT NULL,
  valid_to BIGINT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS tariff_rates (
  tariff_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Digits of E.164 without plus; '' = all other numbers.
  prefix VARCHAR(15) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  kopecks_per_minute BIGINT NOT NULL,
  connection_kopecks BIGINT NOT NULL,
  first_step_seconds INT NOT NULL,
  next_step_seconds INT NOT NULL,
  PRIMARY KEY (tariff_id, prefix)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Who had which tariff since when; the last row that has begun counts.
CREATE TABLE IF NOT EXISTS subscriber_tariffs (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since BIGINT NOT NULL,
  tariff_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (subscriber_id, since),
  KEY subscriber_tariffs_with (tariff_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Numbers that rise by one and are unique for ever, and instants of chores done.
CREATE TABLE IF NOT EXISTS counters (
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (name)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS payment_orders (
  -- From the counter 'paymentOrder'; what payment systems hand back.
  number BIGINT NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Of the form: the same form sent twice is one order.
  form_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The tile: robokassa, qiwi, card.
  tile VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Who takes the money: robokassa, qiwi, yookassa.
  payment_system VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kopecks BIGINT NOT NULL,
  description VARCHAR(255) NOT NULL,
  email VARCHAR(254) NULL,
  test TINYINT NOT NULL,
  -- made (no page yet), open, paid, failed, expired.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  provider_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  page_url VARCHAR(4000) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  paid_at BIGINT NULL,
  refunded_kopecks BIGINT NOT NULL,
  -- When its system is asked about it; NULL = never again.
  next_check_at BIGINT NULL,
  checks INT NOT NULL,
  PRIMARY KEY (number),
  UNIQUE KEY payment_orders_form (subscriber_id, form_key),
  KEY payment_orders_recent (subscriber_id, created_at),
  KEY payment_orders_provider (payment_system, provider_id),
  KEY payment_orders_due (next_check_at),
  KEY payment_orders_state (state, expires_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What payment systems told us, word for word; appended like the ledger.
CREATE TABLE IF NOT EXISTS payment_notices (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_system VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  received_at BIGINT NOT NULL,
  address VARCHAR(64) NOT NULL,
  -- credited, repeated, or why not.
  verdict VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_number BIGINT NULL,
  provider_id VARCHAR(64) NULL,
  signature VARCHAR(255) NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id),
  KEY payment_notices_order (order_number),
  KEY payment_notices_verdict (verdict, received_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS payment_refunds (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_number BIGINT NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Of the manager's form: sent twice it is one refund.
  form_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kopecks BIGINT NOT NULL,
  reason VARCHAR(255) NOT NULL,
  manager VARCHAR(128) NOT NULL,
  -- asked (taken from the account, not yet confirmed), done, failed (given back to the account).
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  provider_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at BIGINT NOT NULL,
  settled_at BIGINT NULL,
  next_try_at BIGINT NULL,
  tries INT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY payment_refunds_form (order_number, form_key),
  KEY payment_refunds_due (next_try_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What somebody of the operator has to look at; the same trouble again raises the same row.
CREATE TABLE IF NOT EXISTS alarms (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  alarm_key VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- ledger, payment.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  details JSON NOT NULL,
  raised_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  times INT NOT NULL,
  closed_at BIGINT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY alarms_trouble (alarm_key),
  KEY alarms_open (closed_at, last_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
