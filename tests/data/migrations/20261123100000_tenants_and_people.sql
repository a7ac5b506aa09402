insert into installation (account_id, login, is_organisation, created_at) values (7, 'acme', true, '2026-01-01');
insert into repo (installation_id, id, owner, name, private) values (1, 70, 'acme', 'shop', true);
insert into person (installation_id, id, login, kind, seen_at) values
    (1, 1, 'ada', 'human', '2026-01-01'), (1, 2, 'ben', 'human', '2026-01-01'), (1, 3, 'lint[bot]', 'bot', '2026-01-01');
insert into membership (installation_id, person_id, valid_from) values (1, 1, '2026-01-01');
insert into team (installation_id, id, slug, name) values (1, 5, 'payments', 'Payments');
insert into team_membership (installation_id, team_id, person_id, role, valid_from) values (1, 5, 1, 'member', '2026-01-01');
