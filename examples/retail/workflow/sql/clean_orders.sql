-- One row an order, without tests and cancelled ones.
INSERT OVERWRITE TABLE dwd_orders PARTITION (ds = '${bizdate}')
SELECT order_id, shop_id, customer_id, CAST(amount AS DECIMAL(18, 2))
FROM ods_orders
WHERE ds = '${bizdate}' AND status <> 'CANCELLED' AND customer_id > 0;
