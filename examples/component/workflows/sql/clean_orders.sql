-- One day's orders, as they came in, without the cancelled ones.
INSERT OVERWRITE TABLE dwd_orders PARTITION (dt = '${bizdate}')
SELECT order_id, customer_id, amount
FROM ods_orders
WHERE dt = '${bizdate}' AND status <> 'cancelled';
