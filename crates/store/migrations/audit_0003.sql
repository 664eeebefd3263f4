-- Which rows are about whom: sorted pieces of some thousand rows each, made behind the writing and merged; and the signed
-- checkpoints. Both can be lost: pieces are made again, checkpoints are also kept elsewhere.

CREATE TABLE piece (
  log INT NOT NULL,
  first BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (log, first)
) {{CLUSTERED}};

CREATE TABLE trace (
  log INT NOT NULL,
  first BIGINT NOT NULL,
  part BIGINT NOT NULL,
  n BIGINT NOT NULL,
  block {{BYTES}} NOT NULL,
  PRIMARY KEY (log, first, part, n)
) {{CLUSTERED}};

CREATE TABLE checkpoint (
  log INT NOT NULL,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (log, size)
) {{CLUSTERED}};
