INSERT OVERWRITE TABLE ads_stocktake PARTITION (ds = '${bizdate}')
SELECT shop_id, COUNT(DISTINCT product_id), SUM(quantity)
FROM dws_stock_level
WHERE ds = '${bizdate}'
GROUP BY shop_id;
