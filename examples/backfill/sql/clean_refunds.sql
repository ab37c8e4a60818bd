INSERT OVERWRITE TABLE dwd_refunds PARTITION (ds = '${bizdate}')
SELECT refund_id, shop_id, amount
FROM ods_refunds
WHERE ds = '${bizdate}' AND amount > 0;
