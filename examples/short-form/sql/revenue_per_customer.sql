-- What each customer ordered and paid on that day.
INSERT OVERWRITE TABLE ads_revenue_per_customer PARTITION (dt = '${bizdate}')
SELECT c.customer_id, c.country, SUM(o.amount) AS ordered, SUM(p.paid) AS paid
FROM dim_customers c
JOIN dwd_orders o ON o.customer_id = c.customer_id AND o.dt = '${bizdate}'
LEFT JOIN dwd_payments p ON p.order_id = o.order_id AND p.dt = '${bizdate}'
WHERE c.dt = '${bizdate}'
GROUP BY c.customer_id, c.country;
