-- What only the file of the audit has beside the log itself.

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value {{BYTES}} NOT NULL
) {{CLUSTERED}};
