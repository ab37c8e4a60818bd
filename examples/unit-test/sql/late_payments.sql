-- Payments that came more than a week after their order.
INSERT OVERWRITE TABLE ads_late_payments PARTITION (dt = '${bizdate}')
SELECT p.payment_id, p.order_id
FROM dwd_payments p
JOIN dwd_orders o ON o.order_id = p.order_id
WHERE p.dt = '${bizdate}' AND DATEDIFF(p.dt, o.dt) > 7;
