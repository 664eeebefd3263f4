-- An audit row holds all resources of one part that one request showed or wrote: the first in its own columns, the others
-- packed. No index by part: kept here it would dirty a page anywhere in the database for each read.

ALTER TABLE audit ADD COLUMN more {{BYTES}};

DROP INDEX audit_of;
