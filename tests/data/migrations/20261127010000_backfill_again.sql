update backfill set again_since = '2026-01-05' where installation_id = 1 and repo_id = 70;
