-- What pages ask for at once, however much there is of it.

-- The product that an alert is about, so that it is found by a product's name.
ALTER TABLE alert ADD COLUMN product TEXT;
UPDATE alert SET product = COALESCE(json_extract(facts, '$.seats.sku_id'),
  json_extract(facts, '$.purchase.sku_id'), json_extract(facts, '$.number_missing.sku_id'));
CREATE INDEX alert_over_by_tenant ON alert (tenant) WHERE resolved_at IS NOT NULL;
CREATE INDEX alert_by_product ON alert (product, resolved_at) WHERE product IS NOT NULL;
-- In the order in which people should see them: the query says the same words.
CREATE INDEX alert_urgent ON alert (
  CASE state WHEN 'open' THEN 0 ELSE 10 END +
  CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, opened_at, id)
  WHERE resolved_at IS NULL;
-- For counting alone: no filter says it so, or it would be taken for a filter's index.
CREATE INDEX alert_count ON alert (severity || ' ' || state, tenant) WHERE resolved_at IS NULL;

-- Every product that any tenant has or has had, with each part number that it came with.
CREATE TABLE product (
  sku_id      TEXT NOT NULL,
  part_number TEXT NOT NULL,
  PRIMARY KEY (sku_id, part_number)
) WITHOUT ROWID;
INSERT INTO product SELECT DISTINCT sku_id, part_number FROM series WHERE part_number IS NOT NULL;

-- Lists of deliveries by state, and how it goes with a channel.
DROP INDEX delivery_undelivered;
CREATE INDEX delivery_undelivered ON delivery (channel, dead_at, message)
  WHERE delivered_at IS NULL;
CREATE INDEX delivery_taken ON delivery (channel, message) WHERE delivered_at IS NOT NULL;
CREATE INDEX delivery_failed ON delivery (channel, tried_at)
  WHERE delivered_at IS NULL AND error IS NOT NULL;
CREATE INDEX delivery_waiting ON delivery (message, channel)
  WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX delivery_dead ON delivery (message, channel) WHERE dead_at IS NOT NULL;
