-- The check run that shows a suggestion on one head, with what it says and whom it names.
create table suggestion_check (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    head_sha text not null,
    check_id bigint not null,
    title text not null,
    summary text not null,
    people bigint[] not null,
    primary key (installation_id, repo_id, number, head_sha),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);
create index suggestion_check_by_run on suggestion_check (installation_id, check_id);
create index suggestion_check_by_person on suggestion_check using gin (people);

-- Whom Peerlore itself asked for a review, and why: never a second time on the same pull request, unless somebody says so.
create table review_ask (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    person_id bigint not null,
    pick jsonb not null,
    state text not null check (state in ('asking', 'asked', 'declined', 'withdrawn')),
    at timestamptz not null,
    primary key (installation_id, repo_id, number, person_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);

-- Who isn't suggested on this pull request any more, since somebody asked for others or they themselves said so.
create table refused_pick (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    person_id bigint not null,
    at timestamptz not null,
    primary key (installation_id, repo_id, number, person_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);

-- What people asked of Peerlore in a comment, how far it went, and whom the reply names.
create table command (
    installation_id bigint not null,
    comment_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    author_id bigint not null,
    author_login text not null,
    said jsonb not null,
    said_at timestamptz not null,
    state text not null check (state in ('waiting', 'acted', 'done')),
    reply_id bigint,
    reply_names bigint[] not null default '{}',
    primary key (installation_id, comment_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);
create index command_of_pull on command (installation_id, repo_id, number, author_id, said_at);
create index command_by_named on command using gin (reply_names);

-- What a person said is not theirs: a practice area, or a folder of a repository. For themselves only, to take back at any time.
create table declined (
    installation_id bigint not null,
    person_id bigint not null,
    kind text not null check (kind in ('area', 'folder')),
    repo_id bigint not null,
    what text not null,
    reason text not null check (reason in ('not_my_area', 'left_that_code', 'other')),
    at timestamptz not null,
    primary key (installation_id, person_id, kind, repo_id, what),
    foreign key (installation_id, person_id) references person on delete cascade
);

-- Whether a place of a suggestion was of use, by voter; nothing of whom it named.
create table feedback (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    slot text not null check (slot in ('expert', 'learner')),
    voter_id bigint not null,
    verdict text not null check (verdict in ('good', 'not_useful')),
    at timestamptz not null,
    primary key (installation_id, repo_id, number, slot, voter_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade,
    foreign key (installation_id, voter_id) references person on delete cascade
);

-- What links are signed with, made at the first use.
create table signing_key (
    installation_id bigint not null references installation on delete cascade,
    purpose text not null check (purpose in ('feedback')),
    key bytea not null,
    primary key (installation_id, purpose)
);
