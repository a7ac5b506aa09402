update person set shares = '{helped}' where installation_id = 1 and id = 1;
insert into page_view values (1, 1, 2, '2026-01-05', '2026-01-05');
