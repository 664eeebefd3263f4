-- The log of who did what to whose record: numbered lines, the facts about who, and the roots of 256 leaves at a time.
-- The same tables are in both files: lines of writes beside the record, all others in a file of their own.

CREATE TABLE line (
  n BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  part BIGINT NOT NULL,
  action INT NOT NULL,
  outcome INT NOT NULL,
  actor BIGINT NOT NULL,
  reason TEXT NOT NULL,
  request {{BYTES}} NOT NULL,
  query TEXT NOT NULL,
  what {{BYTES}} NOT NULL,
  salt {{BYTES}} NOT NULL
) {{CLUSTERED}};

CREATE TABLE actor (
  id BIGINT NOT NULL PRIMARY KEY,
  text TEXT NOT NULL
) {{CLUSTERED}};

CREATE TABLE tile (
  level INT NOT NULL,
  n BIGINT NOT NULL,
  hash {{BYTES}} NOT NULL,
  PRIMARY KEY (level, n)
) {{CLUSTERED}};
