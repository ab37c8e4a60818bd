-- One day's returned goods; a return that was taken back does not count.
INSERT OVERWRITE TABLE dwd_returns PARTITION (dt = '${bizdate}')
SELECT return_id, order_id, product_id, quantity
FROM ods_returns
WHERE dt = '${bizdate}' AND status <> 'cancelled';
