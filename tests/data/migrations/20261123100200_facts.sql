insert into pull (installation_id, repo_id, number, author_id, title, open, draft, created_at, updated_at, base_ref,
                  base_sha, head_ref, head_sha)
values (1, 70, 1, 1, 'A change', true, false, '2026-01-03', '2026-01-03', 'main', 'b', 'topic', 'h');
insert into pull_file values (1, 70, 1, 'src/a.rs', null, 1, 0, 'Rust', false);
insert into pull_committer values (1, 70, 1, 1);
insert into pull_asked values (1, 70, 1, 'person', 2, true, '2026-01-03');
insert into head_push values (1, 70, 1, 'h2', 'h', 'b', '2026-01-04', false);
insert into ref_push values (1, 70, 'h', 'h2', false);
insert into review values (1, 11, 70, 1, 2, 'commented', '2026-01-03');
insert into comment (installation_id, place, id, repo_id, number, root_id, author_id, body, created_at, updated_at, path)
values (1, 'diff', 12, 70, 1, 12, 2, 'Why?', '2026-01-03', '2026-01-03', 'src/a.rs');
insert into thread_resolution values (1, 12, 70, 1, 1, true, '2026-01-04');
insert into reaction values (1, 'diff', 12, 1, '+1');
insert into follow_up values (1, 'diff', 12, 'h2', 'within_3', false);
