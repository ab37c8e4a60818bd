-- Each customer as of that day.
INSERT OVERWRITE TABLE dim_customers PARTITION (dt = '${bizdate}')
SELECT customer_id, name, country
FROM ods_customers
WHERE dt = '${bizdate}' AND closed_at IS NULL;
