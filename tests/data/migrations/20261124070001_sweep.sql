insert into hook_sweep (reached_at, swept_at, listed) values ('2026-01-06', '2026-01-06', 3);
insert into redelivery (delivery_id, times, next_at) values ('0b989ba4-242f-11e5-81e1-c7b6966d2516', 1, '2026-01-06');
