-- The orders of the day that nobody has paid.
INSERT OVERWRITE TABLE ads_unpaid_orders PARTITION (dt = '${bizdate}')
SELECT o.order_id, o.customer_id, o.amount
FROM dwd_orders o
LEFT ANTI JOIN dwd_payments p ON p.order_id = o.order_id AND p.dt = '${bizdate}'
WHERE o.dt = '${bizdate}';
