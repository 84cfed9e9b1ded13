-- Limits against fraud: what kind of line a number is, opened countries, limits that a manager set,
-- the account's status with its reason, counts of calls that processes share.

-- Of the address, as the numbering plan had it when it was saved; NULL = computed at reading.
ALTER TABLE numbers ADD COLUMN class VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL;
-- ISO 3166-1; '' = none.
ALTER TABLE numbers ADD COLUMN country VARCHAR(2) CHARACTER SET ascii COLLATE ascii_bin NULL;
-- Since when it has this address; NULL = from before this was kept.
ALTER TABLE numbers ADD COLUMN address_since BIGINT NULL;
-- Who else rings this telephone.
ALTER TABLE numbers ADD KEY numbers_address (address);

-- src/limits/status.ts
ALTER TABLE subscribers ADD COLUMN status_reason VARCHAR(255) NOT NULL DEFAULT '';
ALTER TABLE subscribers ADD COLUMN status_by VARCHAR(128) NOT NULL DEFAULT '';
ALTER TABLE subscribers ADD COLUMN status_since BIGINT NULL;

CREATE TABLE IF NOT EXISTS limits (
  -- '' = of all.
  subscriber_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- 0 = no limit.
  value BIGINT NOT NULL,
  reason VARCHAR(255) NOT NULL,
  changed_by VARCHAR(128) NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (subscriber_id, name)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Countries abroad that a subscriber's rules may ring.
CREATE TABLE IF NOT EXISTS subscriber_countries (
  subscriber_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (subscriber_id, country)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Calls of one caller to one subscriber, by hour, summed over processes.
CREATE TABLE IF NOT EXISTS caller_counts (
  -- SHA-256 over both, the first 32 hex digits.
  bucket CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Hours since 1970.
  hour INT NOT NULL,
  calls INT NOT NULL,
  PRIMARY KEY (bucket, hour),
  KEY caller_counts_age (hour)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
