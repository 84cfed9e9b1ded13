-- Voicemail, call recordings, greetings and music; what subscribers wish of media; errands (calls
-- that the panel asks for). Files lie in the recordings folder, rows name them relative to it.

-- MediaSettings, retention, notices, e-mail: one document (store/options.ts), defaults merged on
-- reading. `settings_version` rises with every edit of settings, `version` with those, too.
ALTER TABLE subscribers ADD COLUMN options JSON NULL;
ALTER TABLE subscribers ADD COLUMN settings_version INT NOT NULL DEFAULT 0;
ALTER TABLE subscribers ADD COLUMN mailbox_pin_hash VARCHAR(255)
  CHARACTER SET ascii COLLATE ascii_bin NULL;
ALTER TABLE subscribers ADD COLUMN pin_failures INT NOT NULL DEFAULT 0;
ALTER TABLE subscribers ADD COLUMN pin_window_start BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscribers ADD COLUMN greeting_id CHAR(32)
  CHARACTER SET ascii COLLATE ascii_bin NULL;
ALTER TABLE subscribers ADD COLUMN music_id CHAR(32)
  CHARACTER SET ascii COLLATE ascii_bin NULL;

-- "Press 1": NULL = as the settings have it for mobile numbers.
ALTER TABLE numbers ADD COLUMN confirm TINYINT NULL;
-- 'caller' or 'personal'; NULL = as the trunk has it.
ALTER TABLE numbers ADD COLUMN caller_id VARCHAR(16)
  CHARACTER SET ascii COLLATE ascii_bin NULL;

ALTER TABLE trunks ADD COLUMN early_media TINYINT NOT NULL DEFAULT 0;

-- Where and with what a session began, for the list of sessions.
ALTER TABLE sessions ADD COLUMN address VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent VARCHAR(255) NOT NULL DEFAULT '';

-- Something of a subscriber changed: open panels compare the versions.
CREATE TABLE IF NOT EXISTS marks (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (subscriber_id, topic)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS messages (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The journal process that writes it (a row of leases), as in calls.
  owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  caller VARCHAR(128) NOT NULL,
  caller_name VARCHAR(255) NOT NULL,
  anonymous TINYINT NOT NULL,
  dialled VARCHAR(128) NOT NULL,
  file VARCHAR(255) NOT NULL,
  -- writing, ready, discarded (nothing was said), lost (no file), deleted; 'purged' rows are gone.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  started_at BIGINT NOT NULL,
  duration_ms INT NOT NULL,
  heard_at BIGINT NULL,
  deleted_at BIGINT NULL,
  -- Base64 of one octet per point; NULL until the archive has read the file.
  peaks TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (id),
  KEY messages_list (subscriber_id, state, started_at),
  KEY messages_call (call_id),
  KEY messages_state (state, deleted_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS recordings (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  file VARCHAR(255) NOT NULL,
  -- writing, ready, expired, lost.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  interrupted TINYINT NOT NULL,
  started_at BIGINT NOT NULL,
  duration_ms INT NOT NULL,
  peaks_left TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  peaks_right TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (id),
  KEY recordings_call (call_id),
  KEY recordings_age (subscriber_id, state, started_at),
  KEY recordings_state (state)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS audio_files (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- greeting, music.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- upload, phone.
  source VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) NOT NULL,
  file VARCHAR(255) NOT NULL,
  created_at BIGINT NOT NULL,
  duration_ms INT NOT NULL,
  peaks TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (id),
  KEY audio_files_of (subscriber_id, kind)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS listenings (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  call_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- message, recording.
  what VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- played, downloaded, byPhone.
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Login, or '' from a phone; IP address or telephone number.
  listener VARCHAR(128) NOT NULL,
  address VARCHAR(128) NOT NULL,
  heard_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY listenings_call (subscriber_id, call_id, heard_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS errands (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- greeting, code, test.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- What the errand is about, without what it has of its subscriber; the code is wiped at the end.
  details JSON NOT NULL,
  -- open, taken, done, noAnswer, noMedia, failed, expired.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY errands_open (state, created_at),
  KEY errands_of (subscriber_id, created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
