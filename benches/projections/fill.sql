-- A made-up organisation of any size, the same for the same `made.people`, `made.pulls`, `made.comments` and `made.now`.
--
-- Base rates: of pull requests 24.9% have one participant and 57.1% two, and 18.6% of reviews span two or more teams (Spotify 2019).
-- Ten people are a team, ten teams a department, which has five repositories of its own.
set session_replication_role = replica;
set synchronous_commit = off;
set max_parallel_workers_per_gather = 0;

-- A number in [0, 1) for each key and purpose.
create function pg_temp.chance(key bigint, purpose int) returns float8 language sql immutable as
    $$ select (hashint8extended(key, purpose) & 4503599627370495)::float8 / 4503599627370496 $$;
create function pg_temp.one_of(many bigint, key bigint, purpose int) returns bigint language sql immutable as
    $$ select floor(many * ((hashint8extended(key, purpose) & 4503599627370495)::float8 / 4503599627370496))::bigint $$;
create temp view made as
    select current_setting('made.people')::bigint as people, current_setting('made.pulls')::bigint as pulls,
           current_setting('made.comments')::bigint as comments, current_setting('made.now')::timestamptz as now,
           (current_setting('made.people')::bigint + 9) / 10 as teams, (current_setting('made.people')::bigint + 99) / 100 as departments;

insert into installation (account_id, login, is_organisation, members_known_at, created_at)
select 1, 'made', true, now, now - interval '3 years' from made;

insert into repo (installation_id, id, owner, name, default_branch, private, weighs)
select 1, i + 1, 'made', 'repo-' || i + 1, 'main', i % 3 = 0, false from made, generate_series(0, departments * 5 - 1) i;

insert into person (installation_id, id, login, kind, seen_at, shares)
select 1, i + 1, 'person-' || i + 1, 'human', now, case when i % 5 = 0 then '{taken}' else '{}' end::text[]
from made, generate_series(0, people - 1) i;

-- Two thirds were there when the known past begins.
insert into membership (installation_id, person_id, valid_from)
select 1, i + 1, now - interval '1000 days' * least(1, 1.5 * pg_temp.chance(i, 1)) - interval '95 days'
from made, generate_series(0, people - 1) i;

insert into team (installation_id, id, slug, name, parent_id)
select 1, i + 1, 'team-' || i + 1, 'Team ' || i + 1, teams + 1 + i / 10 from made, generate_series(0, teams - 1) i
union all
select 1, teams + 1 + i, 'department-' || i + 1, 'Department ' || i + 1, null from made, generate_series(0, departments - 1) i;
insert into team_nesting (installation_id, team_id, parent_id, valid_from)
select 1, id, parent_id, 'epoch' from team where parent_id is not null;
insert into team_membership (installation_id, team_id, person_id, role, valid_from)
select 1, i / 10 + 1, i + 1, case when i % 10 = 0 then 'maintainer' else 'member' end, now - interval '3 years'
from made, generate_series(0, people - 1) i;

-- Who wrote what where; some write more than others. `others`: participants beside the author.
create temp table made_pull as
select i + 1 as key, i / (departments * 5) + 1 as number, who.author, team * 10 as first_mate, least(10, people - team * 10) as mates,
       case when pg_temp.chance(i, 12) < 0.9 then least(team / 10 * 5 + pg_temp.one_of(5, i, 13), departments * 5 - 1)
            else pg_temp.one_of(departments * 5, i, 14) end + 1 as repo,
       now - interval '1095 days' * (1 - i::float8 / pulls) as opened,
       case when pg_temp.chance(i, 15) < 0.249 then 0
            when pg_temp.chance(i, 15) < 0.82 then 1
            when pg_temp.chance(i, 15) < 0.94 then 2
            when pg_temp.chance(i, 15) < 0.98 then 3 else 4 end as others,
       pg_temp.chance(i, 16) < 0.186 as spans_teams,
       1 + least(19, floor(-3 * ln(1 - pg_temp.chance(i, 17)))) as files,
       pg_temp.chance(i, 18) < 0.9 as is_merged
from made, generate_series(0, pulls - 1) i
cross join lateral (select least(pg_temp.one_of(people, i, 10), pg_temp.one_of(people, i, 11)) as author) who
cross join lateral (select who.author / 10 as team) places;
update made_pull p set number = n.number
from (select key, row_number() over (partition by repo order by key) as number from made_pull) n where n.key = p.key;
create index on made_pull (key);

insert into pull (installation_id, repo_id, number, author_id, title, open, draft, created_at, updated_at, closed_at, merged_at, base_ref,
                  base_sha, head_ref, head_sha, changed_files, contents_head)
select 1, p.repo, p.number, p.author + 1, 'Change ' || p.key, closed.at > m.now, false, p.opened, least(m.now, closed.at),
       case when closed.at <= m.now then closed.at end, case when closed.at <= m.now and p.is_merged then closed.at end,
       'main', md5('base' || p.key), 'change-' || p.key, md5('head' || p.key), p.files, md5('head' || p.key)
from made m, made_pull p
cross join lateral (select p.opened + interval '1 hour' + interval '4 days' * pg_temp.chance(p.key, 20) as at) closed
order by p.repo, p.number;

create function pg_temp.path(author bigint, key bigint) returns text language sql immutable as
    $$ select 'src/part' || author / 10 % 10 || '/sub' || pg_temp.one_of(8, key, 30) || '/file' || pg_temp.one_of(12, key, 31) || '.rs' $$;
insert into pull_file (installation_id, repo_id, number, path, additions, deletions, language, mechanical)
select distinct on (p.key, pg_temp.path(p.author, p.key * 32 + f)) 1, p.repo, p.number, pg_temp.path(p.author, p.key * 32 + f), 20, 5, 'Rust', false
from made_pull p, generate_series(1, p.files::int) f;

insert into head_push (installation_id, repo_id, number, after_sha, before_sha, pushed_at)
select 1, repo, number, md5('head' || key), md5('first' || key), opened + interval '40 minutes' from made_pull;

-- The first of them is from another team where a review spans teams.
create temp table made_part as
select p.key, p.repo, p.number, p.author, p.opened, r as place,
       case when r = 1 and p.spans_teams then (p.first_mate + p.mates + pg_temp.one_of(greatest(1, m.people - p.mates), p.key, 40)) % m.people
            when p.mates = 1 then (p.author + r) % m.people
            else p.first_mate + (p.author - p.first_mate + r + pg_temp.one_of(greatest(1, p.mates - 4), p.key, 41)) % p.mates end as reviewer
from made m, made_pull p, generate_series(1, p.others) r;
delete from made_part where reviewer = author;
-- One in ten is never asked.
update made_part set reviewer = case when author = reviewer - 1 then least(reviewer + 1, current_setting('made.people')::bigint - 1) else reviewer - 1 end
where reviewer % 10 = 3;
insert into review (installation_id, id, repo_id, number, reviewer_id, state, submitted_at)
select 1, key * 8 + place, repo, number, reviewer + 1, 'approved', opened + interval '50 minutes' from made_part;

-- What a reviewer says, and what the author answers: about as many as were asked for, on the pull requests that somebody reviewed.
create temp table made_comment as
select row_number() over (order by p.key, p.place, n) as id, p.*, n, n % 2 = 0 as is_answer, pg_temp.chance(p.key * 64 + (n + 1) / 2, 51) < 0.85 as on_diff,
       (array['correctness', 'error-handling', 'testing', 'security', 'performance', 'concurrency', 'api-design', 'architecture', 'readability',
              'language-idiom', 'documentation', 'databases', 'observability', 'build-ci', 'ui-accessibility', 'product-thinking',
              'collaboration'])[1 + least(pg_temp.one_of(17, p.key * 64 + (n + 1) / 2, 52), pg_temp.one_of(17, p.key * 64 + (n + 1) / 2, 53))] as area
from made_part p
cross join (select greatest(0.1, current_setting('made.comments')::float8 / (select count(*) from made_part) - 1) as mean) more
-- One, and by a geometric distribution so many more on average.
cross join lateral generate_series(1, 1 + least(60, floor(-ln(1 - pg_temp.chance(p.key * 8 + p.place, 50)) / ln(1 + 1 / more.mean))::int)) n;

insert into comment (installation_id, place, id, repo_id, number, root_id, author_id, body, created_at, updated_at, path, line)
select 1, case when on_diff then 'diff' else 'conversation' end, id, repo, number, case when is_answer and on_diff then id - 1 else id end,
       case when is_answer then author else reviewer end + 1,
       case when is_answer then 'Done, thanks: it is taken out in the next commit.'
            else 'This should hold the lock only while the ' || area || ' is looked at, since others wait for it meanwhile; `take()` it before.' end,
       opened + interval '5 minutes' + interval '1 minute' * n, opened + interval '5 minutes' + interval '1 minute' * n,
       case when on_diff then pg_temp.path(author, key * 32 + 1) end, case when on_diff then 10 + n * 5 end
from made_comment;

insert into reading (installation_id, place, comment_id, reading, model)
select 1, case when on_diff then 'diff' else 'conversation' end, id,
       jsonb_build_object('areas', case when is_answer then '[]'::jsonb else jsonb_build_array(jsonb_build_object('area', area, 'probability', 0.82)) end,
                          'language', 'Rust', 'technologies', '[]'::jsonb, 'kind', case when is_answer then 'acknowledgement' else 'substance' end,
                          'stance', case when is_answer then 'acknowledges' else 'unclear' end, 'refers_back', false, 'explains', not is_answer,
                          'has_code', not is_answer, 'proposes', not is_answer, 'suggestion_blocks', 0, 'chars', 90, 'model', 'made'),
       'made'
from made_comment;

insert into follow_up (installation_id, place, comment_id, after_sha, nearness, applied)
select 1, 'diff', id, md5('head' || key), case when pg_temp.chance(id, 60) < 0.6 then 'within_3' else 'untouched' end, false
from made_comment where on_diff and not is_answer;

insert into lesson (installation_id, place, comment_id, area, learner_id, teacher_id, repo_id, number, language, at, p, parts, outcome, diffs_known,
                    provisional, area_probability, skills)
select 1, case when on_diff then 'diff' else 'conversation' end, id, area, author + 1, reviewer + 1, repo, number, 'Rust',
       opened + interval '5 minutes' + interval '1 minute' * n, 0.05 + 0.9 * pg_temp.chance(id, 61),
       '[{"what": "changed within 3 lines", "weight": 1.4, "calibrated": true}, {"what": "acknowledged", "weight": 0.9, "calibrated": true},
         {"what": "proposes something", "weight": 0.3, "calibrated": true}, {"what": "base rate", "weight": -0.4, "calibrated": false}]',
       case when pg_temp.chance(id, 60) < 0.6 then 'landed' else 'given' end, on_diff, false, 0.82,
       case when pg_temp.chance(id, 62) < 0.2 then '{tech:tokio}' else '{}' end::text[]
from made_comment where not is_answer and pg_temp.chance(id, 63) < 0.8;

insert into correction (installation_id, place, comment_id, person_id, areas, at, read, model)
select 1, 'diff', id, author + 1, '{testing}', opened + interval '2 hours', '[]', 'made'
from made_comment where on_diff and not is_answer and pg_temp.chance(id, 64) < 0.004;

drop table made_comment, made_part, made_pull;
set session_replication_role = origin;
reset synchronous_commit;
reset max_parallel_workers_per_gather;
