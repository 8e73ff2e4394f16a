-- A search among alerts knows every name that an alert shows, and no others: what alerts are about
-- may have another name by now than when it was first seen, or be bought and never assigned.

DELETE FROM product;
INSERT INTO product (sku_id, part_number)
  SELECT DISTINCT product, COALESCE(json_extract(facts, '$.seats.part_number'),
    json_extract(facts, '$.purchase.part_number'), json_extract(facts, '$.number_missing.part_number'))
  FROM alert WHERE product IS NOT NULL;
