INSERT OVERWRITE TABLE ads_stocktake PARTITION (ds = '${bizdate}')
SELECT shop_id, COUNT(DISTINCT product_id), SUM(quantity)
FROM ods_stock_moves
WHERE ds = '${bizdate}'
GROUP BY shop_id;
