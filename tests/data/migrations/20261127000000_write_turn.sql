insert into write_turn (next_at) values ('2026-01-06');
