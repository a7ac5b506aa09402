insert into card values (1, 1, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '{testing}', '{}', '2026-01-06');
