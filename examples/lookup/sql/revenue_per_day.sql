-- What was ordered on that day; needs the day's orders.
INSERT OVERWRITE TABLE ads_revenue_per_day PARTITION (dt = '${bizdate}')
SELECT COUNT(*) AS orders, SUM(amount) AS revenue
FROM dwd_orders
WHERE dt = '${bizdate}';
