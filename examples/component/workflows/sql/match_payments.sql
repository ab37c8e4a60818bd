-- Which payment is for which order; needs the day's orders.
INSERT OVERWRITE TABLE dws_paid_orders PARTITION (dt = '${bizdate}')
SELECT o.order_id, o.customer_id, p.paid
FROM dwd_payments p
JOIN dwd_orders o ON o.order_id = p.order_id AND o.dt = '${bizdate}'
WHERE p.dt = '${bizdate}';
