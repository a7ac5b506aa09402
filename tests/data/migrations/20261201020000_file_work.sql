insert into imported_history (installation_id, repo_id, last_commit_at, commits, mechanical_commits, merges, odd_dates, shallow, files_left_out, nameless)
values (1, 70, '2026-01-01', 2, 0, 1, 0, false, 3, 1);
insert into imported_file (installation_id, repo_id, place, path, lines, changes) values (1, 70, 0, 'src/a.rs', 10, 2);
insert into file_work (installation_id, repo_id, place, nth, person_id, creator, changes, reviews, faded_lines, last_change, last_seen)
values (1, 70, 0, 0, 1, true, 1, 0, 9.5, '2026-01-01', '2026-01-01'), (1, 70, 0, 1, null, false, 1, 0, 1, '2026-01-01', '2026-01-01');
