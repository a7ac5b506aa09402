insert into base_branch values (1, 70, 'main', '2026-01-03', '[{"pattern": "*", "owners": ["@ada"]}]', '{}');
update pull set merge_sha = 'm', commits = '{h, h2}' where number = 1;
