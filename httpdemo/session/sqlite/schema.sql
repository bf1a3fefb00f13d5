-- expires: Unix milliseconds. user: bytes, so that any UTF-8 compares as it is.
CREATE TABLE IF NOT EXISTS session (
  key      TEXT PRIMARY KEY,
  user     BLOB NOT NULL,
  data     BLOB NOT NULL,
  expires  INTEGER NOT NULL,
  revision INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_user ON session (user);
CREATE INDEX IF NOT EXISTS session_expires ON session (expires);

-- One counter for all records: no revision comes twice, not even after a delete.
CREATE TABLE IF NOT EXISTS session_revision (last INTEGER NOT NULL);
INSERT INTO session_revision (last) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM session_revision);
