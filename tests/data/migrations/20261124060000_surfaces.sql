insert into suggestion_check values (1, 70, 1, 'h', 900, 'A title', 'Words', '{2}');
insert into review_ask values (1, 70, 1, 2, '{"person": 2, "login": "ben", "score": 1, "reasons": []}', 'asked', '2026-01-03');
insert into refused_pick values (1, 70, 1, 2, '2026-01-03');
insert into command values (1, 901, 70, 1, 1, 'ada', '{"command": "suggest"}', '2026-01-03', 'done', 902, '{2}');
insert into declined values (1, 2, 'area', 0, 'testing', 'not_my_area', '2026-01-03');
insert into feedback values (1, 70, 1, 'expert', 1, 'good', '2026-01-03');
insert into signing_key values (1, 'feedback', '\x00');
