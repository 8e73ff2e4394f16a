-- History grows old: of days long past less is kept, and in the end nothing.

-- Up to where a tenant's history has been compacted; 0: nobody has begun.
ALTER TABLE tenant ADD COLUMN compacted_until BIGINT NOT NULL DEFAULT 0;
-- Who compacts it has it to itself so long.
ALTER TABLE tenant ADD COLUMN compacting_until BIGINT;
CREATE INDEX tenant_compaction ON tenant (compacted_until);
