insert into inbox (delivery_id, event, content_type, body, received_at) values
    ('one', 'pull_request', 'application/json', '\x00', '2026-01-02');
insert into inbox (delivery_id, event, content_type, received_at, processed_at) values
    ('two', 'push', 'application/json', '2026-01-02', '2026-01-02');
insert into import_progress values ('abc', 3, '2026-01-02');
