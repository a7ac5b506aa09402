-- The latest suggestion of a pull request, and the comment that shows it where one was posted.
create table suggestion (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    made_at timestamptz not null,
    head_sha text not null,
    suggestion jsonb not null,
    posted_comment_id bigint,
    posted_body text,
    primary key (installation_id, repo_id, number),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);

-- Who was suggested, for the daily cap and the mentoring budget.
create table suggested (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    slot text not null check (slot in ('expert', 'learner')),
    person_id bigint not null,
    at timestamptz not null,
    primary key (installation_id, repo_id, number, slot),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);
create index suggested_by_person on suggested (installation_id, person_id, at);
