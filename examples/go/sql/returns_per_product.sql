-- How often each product came back on that day.
INSERT OVERWRITE TABLE ads_returns_per_product PARTITION (dt = '${bizdate}')
SELECT product_id, COUNT(*) AS returns, SUM(quantity) AS quantity
FROM dwd_returns
WHERE dt = '${bizdate}'
GROUP BY product_id;
