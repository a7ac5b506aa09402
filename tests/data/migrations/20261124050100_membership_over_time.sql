update membership set role = 'owner' where person_id = 1;
insert into team (installation_id, id, slug, name) values (1, 6, 'ledger', 'Ledger');
insert into team_nesting values (1, 6, 5, '2026-01-02', null);
insert into circle_place values (1, 1, 1);
