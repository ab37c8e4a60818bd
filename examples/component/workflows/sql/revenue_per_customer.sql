-- What each customer paid on that day.
INSERT OVERWRITE TABLE ads_revenue_per_customer PARTITION (dt = '${bizdate}')
SELECT c.customer_id, c.country, SUM(p.paid) AS revenue
FROM dim_customers c
JOIN dws_paid_orders p ON p.customer_id = c.customer_id AND p.dt = '${bizdate}'
WHERE c.dt = '${bizdate}'
GROUP BY c.customer_id, c.country;
