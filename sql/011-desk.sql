-- The manager's desk: notes on subscribers, corrections that two managers decide, versions of what
-- several of them edit, forms that were sent already.

-- Who closed an alarm, and with what words.
ALTER TABLE alarms ADD COLUMN closed_by VARCHAR(128) NOT NULL DEFAULT '';
ALTER TABLE alarms ADD COLUMN note VARCHAR(500) NOT NULL DEFAULT '';
ALTER TABLE alarms ADD KEY alarms_of (subscriber_id, last_at);

-- Rises with every edit; the tariff it took the place of.
ALTER TABLE tariffs ADD COLUMN version INT NOT NULL DEFAULT 0;
ALTER TABLE tariffs ADD COLUMN replaces CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL;
-- Changes of tariff that begin about now.
ALTER TABLE subscriber_tariffs ADD KEY subscriber_tariffs_since (since);

ALTER TABLE trunks ADD COLUMN version INT NOT NULL DEFAULT 0;

-- Forms of managers that were sent: the same form sent twice is one deed.
CREATE TABLE IF NOT EXISTS desk_forms (
  account_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  form_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- SHA-256 of what was asked, hex: another wish under the same key is refused.
  digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Id of what was made.
  result VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, form_key),
  KEY desk_forms_age (created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What managers tell each other of a subscriber; he never sees it.
CREATE TABLE IF NOT EXISTS desk_notes (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author VARCHAR(128) NOT NULL,
  text VARCHAR(2000) NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY desk_notes_of (subscriber_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Corrections of balances by hand. The money is in the ledger ('correction:<id>'), who wanted it is
-- here.
CREATE TABLE IF NOT EXISTS desk_corrections (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Signed.
  kopecks BIGINT NOT NULL,
  reason VARCHAR(255) NOT NULL,
  -- waiting (for a second manager), done (entered), refused.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at BIGINT NOT NULL,
  -- '' = nobody needed to.
  decided_by VARCHAR(128) NOT NULL,
  decided_at BIGINT NULL,
  PRIMARY KEY (id),
  KEY desk_corrections_of (subscriber_id, id),
  KEY desk_corrections_state (state, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
