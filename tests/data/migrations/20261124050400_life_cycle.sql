update installation set standing_at = '2026-01-03';
update repo set archived_at = '2026-01-05';
