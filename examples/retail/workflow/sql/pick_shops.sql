SELECT shop_id, city FROM dim_shops WHERE is_open = 1;
