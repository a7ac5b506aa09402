update backfill set left_out = array[7];
