insert into backfill (installation_id, repo_id, since, cursor, state, pages, pulls_done, pulls_total, planned_at, started_at, updated_at)
values (1, 70, '2025-01-06', 'Y3Vyc29y', 'running', 1, 10, 40, '2026-01-06', '2026-01-06', '2026-01-06');
