insert into reading values (1, 'diff', 12, '{}', 'a model');
insert into lesson values (1, 'diff', 12, 'correctness', 1, 2, 70, 1, 'Rust', '2026-01-03', 0.8, '[]', 'landed', true, false);
insert into refusal values (1, 70, 1, 'praise', 2);
insert into edge values (1, 2, 1, 'correctness', '2026-01-03', 1, 0.8, 0.8, 0.8, 1, 1);
