INSERT OVERWRITE TABLE ads_refunds_per_shop PARTITION (ds = '${bizdate}')
SELECT shop_id, SUM(amount) AS amount
FROM dwd_refunds
WHERE ds = '${bizdate}'
GROUP BY shop_id;
