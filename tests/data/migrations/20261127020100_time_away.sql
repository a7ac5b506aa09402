update installation set removal_told = true, away_since = '2026-01-03' where id = 1;
update repo set away_since = '2026-01-04';
