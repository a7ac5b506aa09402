insert into pull (installation_id, repo_id, number, author_id, title, open, draft, created_at, updated_at, closed_at, base_ref, base_sha, head_ref,
                  head_sha)
values (1, 70, 2, 1, 'An earlier change', false, false, '2026-01-01', '2026-01-02', '2026-01-02', 'main', 'b', 'earlier', 'h');
