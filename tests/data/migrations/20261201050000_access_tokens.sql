insert into session (digest, user_id, login, installation_id, begun_at, renewed_at, used_at, expires_at)
values ('\x04', 1, 'ada', 1, '2026-01-05', '2026-01-05', '2026-01-05', '2026-04-05');
insert into session_place values (1, 2, true, '2026-01-05');
insert into access_token (installation_id, person_id, session_id, name, scopes, made_at)
values (1, 1, 2, 'A report', '{me:read}', '2026-01-05');
