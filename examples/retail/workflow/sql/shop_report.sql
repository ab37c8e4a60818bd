-- Runs once for each row of pick_shops: column 0 is the shop, column 1 its city.
INSERT INTO TABLE ads_shop_report PARTITION (ds = '${bizdate}')
SELECT orders.shop_id, '${dag.foreach.current[1]}', SUM(orders.amount), MAX(stock.quantity)
FROM dwd_orders AS orders
JOIN ads_stocktake AS stock ON stock.shop_id = orders.shop_id AND stock.ds = orders.ds
WHERE orders.ds = '${bizdate}' AND orders.shop_id = ${dag.foreach.current[0]}
GROUP BY orders.shop_id;
