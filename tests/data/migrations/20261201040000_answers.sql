insert into answer values (1, 'diff', 12, 1, true, '2026-01-06');
insert into unasked values (1, 1, '2026-01-06');
insert into landing_weights values (1, '{"base": 0.04, "signs": {}}', '{}', 300, 1, '2026-01-06', null, null, 0, 0);
