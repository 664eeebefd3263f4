-- When an app last used what it was granted; 0: never. Noted now and then, not at each request.
ALTER TABLE app_grant ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
