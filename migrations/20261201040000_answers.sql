-- "Did this teach you something?", as the learner of a lesson answered. Nobody else reads it: together, many answers tell
-- what the signs of a landing weigh in an organisation.
create table answer (
    installation_id bigint not null,
    place text not null,
    comment_id bigint not null,
    person_id bigint not null,
    -- Null: they couldn't say.
    taught boolean,
    at timestamptz not null,
    primary key (installation_id, place, comment_id, person_id),
    foreign key (installation_id, place, comment_id) references comment on delete cascade,
    foreign key (installation_id, person_id) references person on delete cascade
);
create index answer_by_person on answer (installation_id, person_id, at);
create trigger erased before insert on answer for each row execute function keep_erased_person_out();

-- Who doesn't want to be asked.
create table unasked (
    installation_id bigint not null,
    person_id bigint not null,
    at timestamptz not null,
    primary key (installation_id, person_id),
    foreign key (installation_id, person_id) references person on delete cascade
);
create trigger erased before insert on unasked for each row execute function keep_erased_person_out();

-- What came of an organisation's answers when they were last looked at.
create table landing_weights (
    installation_id bigint primary key references installation on delete cascade,
    -- What the signs of a landing weigh there. Null: the shipped weights hold.
    weights jsonb,
    -- What is told of it. Nothing of fewer answers, or single ones could be read from it.
    found jsonb not null default 'null',
    -- How many could be used. Null: some are gone, so they have to be looked at again.
    answers integer,
    -- The number of the shipped weights that they depart from.
    against integer not null default 0,
    at timestamptz not null,
    -- The pull request up to which lessons were inferred anew by these weights. Null: all were.
    relearn_repo_id bigint,
    relearn_number integer,
    -- Grows when answers go, so that whoever looked meanwhile knows that they saw too many.
    gone bigint not null default 0,
    -- Grows when weights change, so that whoever infers anew meanwhile begins again.
    changes bigint not null default 0,
    check ((relearn_repo_id is null) = (relearn_number is null))
);

-- The learner wrote that it was new to them.
alter table lesson add column said_new boolean not null default false;
create or replace view shown_lesson as
    select l.*
    from lesson l
    join standing_person t on t.installation_id = l.installation_id and t.id = l.teacher_id
    join standing_person s on s.installation_id = l.installation_id and s.id = l.learner_id
    join repo r on r.installation_id = l.installation_id and r.id = l.repo_id and r.removed_at is null;
