# DataWorks gives the script `o`, the entry to MaxCompute, and `args`, the node's parameters. Python is 3.7.
day, months = args["bizdate"], int(args["months"])
o.execute_sql(f"""
INSERT OVERWRITE TABLE dws_customer_score PARTITION (ds = '{day}')
SELECT customer_id, COUNT(*) / {months}
FROM dwd_orders
WHERE ds <= '{day}' AND ds > TO_CHAR(DATEADD(TO_DATE('{day}', 'yyyymmdd'), -{months}, 'mm'), 'yyyymmdd')
GROUP BY customer_id
""")
with o.execute_sql(f"SELECT COUNT(*) FROM dws_customer_score WHERE ds = '{day}'").open_reader() as reader:
    print("customers with a score:", reader[0][0])
