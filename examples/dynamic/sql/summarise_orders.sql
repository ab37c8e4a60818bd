-- What each customer ordered on that day.
INSERT OVERWRITE TABLE ads_orders_per_customer PARTITION (dt = '${bizdate}')
SELECT customer_id, COUNT(*) AS orders, SUM(amount) AS amount
FROM dwd_orders
WHERE dt = '${bizdate}'
GROUP BY customer_id;
