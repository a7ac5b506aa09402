insert into command values (1, 903, 70, 1, null, '', '{"command": "why"}', '2026-01-04', 'done', null, '{}');
