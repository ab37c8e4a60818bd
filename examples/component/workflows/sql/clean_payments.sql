-- One day's payments; a payment that was sent twice counts once.
INSERT OVERWRITE TABLE dwd_payments PARTITION (dt = '${bizdate}')
SELECT DISTINCT payment_id, order_id, paid
FROM ods_payments
WHERE dt = '${bizdate}' AND state = 'settled';
