-- The record: versions, their index rows, the directory of ids, audit, outbox and the settings of this database.
-- One text for all engines; words in double braces are replaced by engine/dialect.rs.

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value {{BYTES}} NOT NULL
) {{CLUSTERED}};

CREATE TABLE resource (
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  type INT NOT NULL,
  version BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  controller BIGINT NOT NULL,
  state INT NOT NULL,
  present BIGINT NOT NULL,
  patients {{BYTES}},
  sum {{BYTES}} NOT NULL,
  dict INT NOT NULL,
  body {{BYTES}} NOT NULL,
  PRIMARY KEY (part, rid)
) {{CLUSTERED}};

CREATE INDEX resource_recent ON resource (type, updated);

CREATE TABLE history (
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  version BIGINT NOT NULL,
  type INT NOT NULL,
  updated BIGINT NOT NULL,
  controller BIGINT NOT NULL,
  state INT NOT NULL,
  patients {{BYTES}},
  sum {{BYTES}} NOT NULL,
  dict INT NOT NULL,
  body {{BYTES}} NOT NULL,
  PRIMARY KEY (part, rid, version)
) {{CLUSTERED}};

CREATE INDEX history_recent ON history (type, updated);

CREATE TABLE directory (
  type INT NOT NULL,
  id {{BYTES}} NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  PRIMARY KEY (type, id)
) {{CLUSTERED}};

-- Where a resource stood before it moved to another part; home is where it stands now.
CREATE TABLE moved (
  rid BIGINT NOT NULL,
  part BIGINT NOT NULL,
  home BIGINT NOT NULL,
  PRIMARY KEY (rid, part)
) {{CLUSTERED}};

CREATE TABLE compartment (
  patient BIGINT NOT NULL,
  type INT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  PRIMARY KEY (patient, type, part, rid)
) {{CLUSTERED}};

CREATE TABLE token (
  param INT NOT NULL,
  code BIGINT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  system BIGINT NOT NULL,
  PRIMARY KEY (param, code, part, rid, system)
) {{CLUSTERED}};

CREATE TABLE string (
  param INT NOT NULL,
  text TEXT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  exact BIGINT NOT NULL,
  PRIMARY KEY (param, text, part, rid, exact)
) {{CLUSTERED}};

CREATE TABLE date (
  param INT NOT NULL,
  part BIGINT NOT NULL,
  lo BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  span BIGINT NOT NULL,
  PRIMARY KEY (param, part, lo, rid, span)
) {{CLUSTERED}};

CREATE INDEX date_everyone ON date (param, lo);

CREATE TABLE quantity (
  param INT NOT NULL,
  part BIGINT NOT NULL,
  low DOUBLE PRECISION NOT NULL,
  rid BIGINT NOT NULL,
  high DOUBLE PRECISION NOT NULL,
  unit BIGINT NOT NULL,
  raw_low DOUBLE PRECISION NOT NULL,
  raw_high DOUBLE PRECISION NOT NULL,
  raw_unit BIGINT NOT NULL,
  PRIMARY KEY (param, part, low, rid, high, unit, raw_low, raw_high, raw_unit)
) {{CLUSTERED}};

CREATE INDEX quantity_everyone ON quantity (param, unit, low);

CREATE TABLE reference (
  param INT NOT NULL,
  target BIGINT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  target_part BIGINT NOT NULL,
  PRIMARY KEY (param, target, part, rid)
) {{CLUSTERED}};

-- Composites whose root repeats: the values of one item together.
CREATE TABLE pair (
  param INT NOT NULL,
  a BIGINT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  a_system BIGINT NOT NULL,
  b BIGINT NOT NULL,
  b_system BIGINT NOT NULL,
  low DOUBLE PRECISION NOT NULL,
  high DOUBLE PRECISION NOT NULL,
  raw_low DOUBLE PRECISION NOT NULL,
  raw_high DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (param, a, part, rid, a_system, b, b_system, low, high, raw_low, raw_high)
) {{CLUSTERED}};

-- The distinct texts behind hashed codes: addresses and displays. Rows are only added.
CREATE TABLE word (
  param INT NOT NULL,
  text TEXT NOT NULL,
  code BIGINT NOT NULL,
  system BIGINT NOT NULL,
  PRIMARY KEY (param, text, code, system)
) {{CLUSTERED}};

-- The number of each search parameter in this database.
CREATE TABLE parameter (
  id INT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  code TEXT NOT NULL
) {{CLUSTERED}};

-- Search parameters added to this database; state 1 live, 2 being indexed.
CREATE TABLE custom (
  url TEXT NOT NULL PRIMARY KEY,
  state INT NOT NULL,
  definition {{BYTES}} NOT NULL
) {{CLUSTERED}};

CREATE TABLE dictionary (
  id INT NOT NULL PRIMARY KEY,
  type INT NOT NULL,
  bytes {{BYTES}} NOT NULL
) {{CLUSTERED}};

CREATE TABLE audit (
  at BIGINT NOT NULL,
  n BIGINT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  type INT NOT NULL,
  version BIGINT NOT NULL,
  action INT NOT NULL,
  outcome INT NOT NULL,
  caller TEXT NOT NULL,
  reason TEXT NOT NULL,
  request {{BYTES}} NOT NULL,
  query TEXT NOT NULL,
  PRIMARY KEY (at, n)
) {{CLUSTERED}};

CREATE INDEX audit_of ON audit (part, at);

CREATE TABLE seal (
  at BIGINT NOT NULL PRIMARY KEY,
  lines BIGINT NOT NULL,
  hash {{BYTES}} NOT NULL
) {{CLUSTERED}};

CREATE TABLE request (
  key {{BYTES}} NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  status INT NOT NULL,
  answer {{BYTES}} NOT NULL
) {{CLUSTERED}};

CREATE INDEX request_at ON request (at);

CREATE TABLE outbox (
  at BIGINT NOT NULL,
  n BIGINT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  payload {{BYTES}} NOT NULL,
  PRIMARY KEY (at, n)
) {{CLUSTERED}};

CREATE TABLE job (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  state INT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  done BIGINT NOT NULL,
  started BIGINT NOT NULL
) {{CLUSTERED}};
