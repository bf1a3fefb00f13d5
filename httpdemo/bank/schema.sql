CREATE TABLE IF NOT EXISTS account (
  name    TEXT PRIMARY KEY,
  balance INTEGER NOT NULL CHECK (balance >= 0)
) STRICT;
CREATE TABLE IF NOT EXISTS transfer (
  key       TEXT PRIMARY KEY,
  sender    TEXT NOT NULL REFERENCES account (name),
  recipient TEXT NOT NULL REFERENCES account (name),
  amount    INTEGER NOT NULL CHECK (amount > 0),
  at        INTEGER NOT NULL -- Unix milliseconds
) STRICT;
CREATE TABLE IF NOT EXISTS abandoned (
  key TEXT PRIMARY KEY,
  at  INTEGER NOT NULL -- Unix milliseconds
) STRICT;
