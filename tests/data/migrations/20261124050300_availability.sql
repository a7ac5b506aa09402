insert into absence values (1, 2, '2026-02-01', '2026-02-07');
insert into own_limit values (1, 2, 2, 1);
insert into shown_status values (1, 2, null, null, '2026-01-03');
