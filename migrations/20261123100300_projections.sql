-- Projections: what we think of the facts. `peerlore rebuild` makes all of them again.
-- What a classifier read in a comment. It outlives the text.
create table reading (
    installation_id bigint not null,
    place text not null,
    comment_id bigint not null,
    reading jsonb not null,
    model text not null,
    primary key (installation_id, place, comment_id),
    foreign key (installation_id, place, comment_id) references comment on delete cascade
);

create table lesson (
    installation_id bigint not null,
    place text not null,
    comment_id bigint not null,
    area text not null,
    learner_id bigint not null,
    teacher_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    language text,
    at timestamptz not null,
    p double precision not null check (p between 0 and 1),
    parts jsonb not null,
    outcome text not null check (outcome in ('declined', 'given', 'landed')),
    diffs_known boolean not null,
    provisional boolean not null,
    primary key (installation_id, place, comment_id, area, learner_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade,
    check (teacher_id <> learner_id)
);
create index lesson_by_pull on lesson (installation_id, repo_id, number);
create index lesson_by_edge on lesson (installation_id, teacher_id, learner_id, area);
create index lesson_by_learner on lesson (installation_id, learner_id, at);
create index lesson_by_area on lesson (installation_id, area, at);

-- Comments of a pull request that gave no lesson, counted by reason.
create table refusal (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    reason text not null,
    comments integer not null,
    primary key (installation_id, repo_id, number, reason),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);

create table edge (
    installation_id bigint not null references installation on delete cascade,
    teacher_id bigint not null,
    learner_id bigint not null,
    area text not null,
    as_of timestamptz not null,
    pulls integer not null,
    sum double precision not null,
    sum_52 double precision not null,
    sum_365 double precision not null,
    n_52 double precision not null,
    n integer not null,
    primary key (installation_id, teacher_id, learner_id, area)
);
create index edge_by_area on edge (installation_id, area);
create index edge_by_learner on edge (installation_id, learner_id);

-- Whatever people read of lessons and edges goes through these: an opted-out end takes the whole row away.
create view shown_lesson as
    select l.*
    from lesson l
    join standing_person t on t.installation_id = l.installation_id and t.id = l.teacher_id
    join standing_person s on s.installation_id = l.installation_id and s.id = l.learner_id;

create view shown_edge as
    select e.*
    from edge e
    join standing_person t on t.installation_id = e.installation_id and t.id = e.teacher_id
    join standing_person s on s.installation_id = e.installation_id and s.id = e.learner_id;
