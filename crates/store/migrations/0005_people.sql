-- Who may sign in, and who is signed in. No number of a person stands here: `subject` is a keyed hash of the one that the
-- account is bound to.

CREATE TABLE account (
  id TEXT NOT NULL PRIMARY KEY,
  kind INT NOT NULL,
  open INT NOT NULL,
  practitioner TEXT NOT NULL,
  patient TEXT NOT NULL,
  provider TEXT NOT NULL,
  subject {{BYTES}} NOT NULL,
  made BIGINT NOT NULL
) {{CLUSTERED}};

CREATE UNIQUE INDEX account_of ON account (kind, practitioner, patient);

-- `hash` is of the secret in the cookie, which is not kept; `id` stays through rotation.
CREATE TABLE session (
  hash {{BYTES}} NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  role TEXT NOT NULL,
  provider TEXT NOT NULL,
  level INT NOT NULL,
  begun BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  locked INT NOT NULL
) {{CLUSTERED}};

CREATE INDEX session_of ON session (account);

CREATE INDEX session_seen ON session (seen);
