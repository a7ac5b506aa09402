insert into correction values (1, 'diff', 12, 1, '{testing}', null, '2026-01-05', '[{"area": "correctness", "probability": 0.8}]', 'a model');
