insert into sign_in values ('\x01', '\x02', 'verifier', '/me', '2026-01-05');
insert into session (digest, user_id, login, installation_id, begun_at, renewed_at, used_at)
values ('\x03', 1, 'ada', 1, '2026-01-05', '2026-01-05', '2026-01-05');
insert into session_place values (1, 1, true, '2026-01-05');
insert into session_repo values (1, 1, 70, '2026-01-05');
