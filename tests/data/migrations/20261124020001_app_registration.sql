insert into app_registration (host, app_id, slug, name, html_url, client_id, private_key, webhook_secret, client_secret, created_at)
values ('https://github.com', 1, 'peerlore', 'Peerlore', 'https://github.com/apps/peerlore', 'Iv1', '\x01', '\x01', '\x01', '2026-01-05');
insert into setup_token (digest, purpose, made_at) values (sha256('a key'), 'key', '2026-01-05');
update installation set chosen_surface = 'check' where account_id = 7;
