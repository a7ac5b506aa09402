-- What was learned in a repository that was deleted, transferred or taken from the App is shown nowhere, from that moment on.
create or replace view shown_lesson as
    select l.*
    from lesson l
    join standing_person t on t.installation_id = l.installation_id and t.id = l.teacher_id
    join standing_person s on s.installation_id = l.installation_id and s.id = l.learner_id
    join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and r.removed_at is null;
