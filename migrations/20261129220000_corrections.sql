-- "Wrong label": what a person says that a comment is about. A fact; the reading stays what the model said.
create table correction (
    installation_id bigint not null,
    place text not null,
    comment_id bigint not null,
    person_id bigint not null,
    -- Slugs; empty: it teaches nothing about a skill.
    areas text[] not null check (cardinality(areas) <= 3),
    -- Null: they said nothing of it.
    teaches text check (teaches in ('none', 'request', 'knowledge')),
    at timestamptz not null,
    -- What was corrected: the areas that were read, with their probabilities, and by which model.
    read jsonb not null,
    model text not null,
    primary key (installation_id, place, comment_id, person_id),
    foreign key (installation_id, place, comment_id) references comment on delete cascade,
    foreign key (installation_id, person_id) references person on delete cascade
);
create index correction_by_person on correction (installation_id, person_id, at);
create trigger erased before insert on correction for each row execute function keep_erased_person_out();

-- The one word that counts for a comment: its writer's, who knows best what was meant, else the latest. Whoever opted out
-- said nothing.
create view correction_in_force as
    select distinct on (k.installation_id, k.place, k.comment_id) k.*
    from correction k
    join standing_person s on s.installation_id = k.installation_id and s.id = k.person_id
    join comment c on c.installation_id = k.installation_id and c.place = k.place and c.id = k.comment_id
    order by k.installation_id, k.place, k.comment_id, coalesce(k.person_id = c.author_id, false) desc, k.at desc, k.person_id;

-- How sure the classifier was of a lesson's area, and who said it instead. Null: neither, since the settings name it.
alter table lesson
    add column area_probability double precision check (area_probability between 0 and 1),
    add column said_by bigint;
update lesson l set area_probability = (
    select max((a ->> 'probability')::double precision)
    from reading g, jsonb_array_elements(g.reading -> 'areas') a
    where g.installation_id = l.installation_id and g.place = l.place and g.comment_id = l.comment_id and a ->> 'area' = l.area);
create or replace view shown_lesson as
    select l.*
    from lesson l
    join standing_person t on t.installation_id = l.installation_id and t.id = l.teacher_id
    join standing_person s on s.installation_id = l.installation_id and s.id = l.learner_id
    join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and r.removed_at is null;
