insert into settings_file (installation_id, repo_id, source, settings, settings_blob, settings_at, seen_blob, seen_at, faults)
values (1, 70, 'shop/.github/peerlore.toml', '{"daily_cap": 2}', 'b', '2026-01-05', 'c', '2026-01-06',
        '[{"line": 1, "column": 1, "message": "no"}]');
insert into may_be_asked values (1, 2, '2026-01-05');
update installation set settings_read_at = '2026-01-06';
