-- What the hunk under a comment showed, such as its language; of the hunk itself nothing is kept. Null: no hunk was seen.
alter table comment add column hunk_signs jsonb;
-- Technologies and own skills that a lesson was on, by slug; the language stands beside them.
alter table lesson add column skills text[] not null default '{}';
create or replace view shown_lesson as
    select l.*
    from lesson l
    join standing_person t on t.installation_id = l.installation_id and t.id = l.teacher_id
    join standing_person s on s.installation_id = l.installation_id and s.id = l.learner_id
    join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and r.removed_at is null;
