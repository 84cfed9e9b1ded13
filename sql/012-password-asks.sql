-- Whoever has forgotten his password is answered before it is looked up whether he has an account:
-- what he asked stands here until that is done, also when the process that answered him has died.
CREATE TABLE IF NOT EXISTS password_asks (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Login or e-mail address as he wrote it; '' = by the link below.
  named VARCHAR(254) NOT NULL,
  -- SHA-256 of the token of a link that has expired, hex; NULL = by the name.
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  asked_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
