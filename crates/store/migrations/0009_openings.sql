-- The unit in which somebody opened a record, for who reviews it; and what somebody has open now.

ALTER TABLE opening ADD COLUMN unit BIGINT NOT NULL DEFAULT 0;

CREATE INDEX opening_by ON opening (who, until);

CREATE INDEX opening_end ON opening (until);
