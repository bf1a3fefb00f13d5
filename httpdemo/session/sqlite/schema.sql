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

-- How many records there are and the octets of their content, which the bounds are for.
CREATE TABLE IF NOT EXISTS session_usage (records INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS session_added AFTER INSERT ON session BEGIN
  UPDATE session_usage SET records = records + 1, bytes = bytes + length(NEW.key) + length(NEW.user) + length(NEW.data);
END;
CREATE TRIGGER IF NOT EXISTS session_changed AFTER UPDATE OF user, data ON session BEGIN
  UPDATE session_usage SET bytes = bytes + length(NEW.user) + length(NEW.data) - length(OLD.user) - length(OLD.data);
END;
CREATE TRIGGER IF NOT EXISTS session_removed AFTER DELETE ON session BEGIN
  UPDATE session_usage SET records = records - 1, bytes = bytes - length(OLD.key) - length(OLD.user) - length(OLD.data);
END;
INSERT INTO session_usage (records, bytes)
  SELECT count(*), coalesce(sum(length(key) + length(user) + length(data)), 0) FROM session
  WHERE NOT EXISTS (SELECT 1 FROM session_usage);
