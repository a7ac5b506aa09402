insert into suggestion (installation_id, repo_id, number, made_at, head_sha, suggestion)
values (1, 70, 1, '2026-01-03', 'h', '{"expert": {"slot": "nobody", "why": "none"}, "learner": {"slot": "nobody", "why": "none"},
                                       "left_out": {}, "model": "a model"}');
insert into suggested values (1, 70, 1, 'expert', 2, '2026-01-03');
