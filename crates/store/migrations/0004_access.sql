-- What access rests on. relation: who is in care by whom, and when. block: what a patient has blocked, for whom. Both are
-- index rows, made from resources. opening: records opened in an emergency or on a declared ground.

CREATE TABLE relation (
  patient BIGINT NOT NULL,
  who BIGINT NOT NULL,
  kind INT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  PRIMARY KEY (patient, who, kind, since, until, part, rid)
) {{CLUSTERED}};

CREATE INDEX relation_of ON relation (who, patient);

CREATE TABLE block (
  patient BIGINT NOT NULL,
  whom BIGINT NOT NULL,
  emergency INT NOT NULL,
  type INT NOT NULL,
  label BIGINT NOT NULL,
  item BIGINT NOT NULL,
  unit BIGINT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  part BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  PRIMARY KEY (patient, whom, emergency, type, label, item, unit, since, until, part, rid)
) {{CLUSTERED}};

CREATE TABLE opening (
  part BIGINT NOT NULL,
  n BIGINT NOT NULL,
  who BIGINT NOT NULL,
  kind INT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  reviewed BIGINT NOT NULL,
  reviewer TEXT NOT NULL,
  PRIMARY KEY (part, n)
) {{CLUSTERED}};

CREATE INDEX opening_of ON opening (reviewed, since);

-- The unit that answers for a version; 0 if it is not known.
ALTER TABLE resource ADD COLUMN unit BIGINT NOT NULL DEFAULT 0;

ALTER TABLE history ADD COLUMN unit BIGINT NOT NULL DEFAULT 0;
