-- The level of the day before, and what has moved since: the node waits for its own last run.
INSERT OVERWRITE TABLE dws_stock_level PARTITION (ds = '${bizdate}')
SELECT shop_id, product_id, SUM(quantity)
FROM (
  SELECT shop_id, product_id, quantity FROM dws_stock_level WHERE ds = '${day_before}'
  UNION ALL
  SELECT shop_id, product_id, quantity FROM ods_stock_moves WHERE ds = '${bizdate}'
) AS moves
GROUP BY shop_id, product_id;
