-- Apps and systems, what they were granted, and the keys that sign for this server.

CREATE TABLE client (
  id TEXT NOT NULL PRIMARY KEY,
  made BIGINT NOT NULL,
  body TEXT NOT NULL
) {{CLUSTERED}};

-- Private keys are sealed with a key that is not in the database.
CREATE TABLE signing_key (
  kid TEXT NOT NULL PRIMARY KEY,
  algorithm TEXT NOT NULL,
  made BIGINT NOT NULL,
  retired BIGINT NOT NULL,
  gone BIGINT NOT NULL,
  sealed {{BYTES}} NOT NULL
) {{CLUSTERED}};

CREATE TABLE app_grant (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  account TEXT NOT NULL,
  session TEXT NOT NULL,
  made BIGINT NOT NULL,
  until BIGINT NOT NULL,
  revoked BIGINT NOT NULL,
  body TEXT NOT NULL
) {{CLUSTERED}};

CREATE INDEX app_grant_client ON app_grant (client);

CREATE INDEX app_grant_account ON app_grant (account);

CREATE INDEX app_grant_session ON app_grant (session);

CREATE INDEX app_grant_revoked ON app_grant (revoked);

CREATE INDEX app_grant_until ON app_grant (until);

-- Secrets that were given out, as their hashes: codes, refresh tokens, launches, pushed requests.
CREATE TABLE ticket (
  kind INT NOT NULL,
  hash {{BYTES}} NOT NULL,
  until BIGINT NOT NULL,
  used BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, hash)
) {{CLUSTERED}};

CREATE INDEX ticket_until ON ticket (until);

-- Names of proofs and assertions that were taken, so that none is taken twice.
CREATE TABLE seen (
  hash {{BYTES}} NOT NULL PRIMARY KEY,
  until BIGINT NOT NULL
) {{CLUSTERED}};

CREATE INDEX seen_until ON seen (until);
