-- Facts: what happened. Upserted, so that order and repeats don't matter.
create table pull (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    author_id bigint,
    title text not null,
    open boolean not null,
    draft boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    closed_at timestamptz,
    merged_at timestamptz,
    base_ref text not null,
    base_sha text not null,
    head_ref text not null,
    head_sha text not null,
    changed_files integer,
    labels text[] not null default '{}',
    -- The head whose files and commits were read last.
    contents_head text,
    -- It came from an import that has no diffs: what pushes did to commented lines can't be known.
    without_diffs boolean not null default false,
    -- Reactions have no webhook; they are read once after the close.
    reactions_read_at timestamptz,
    -- A suggestion was asked for by what happened then.
    suggest_wanted_at timestamptz,
    primary key (installation_id, repo_id, number),
    foreign key (installation_id, repo_id) references repo on delete cascade
);
create index pull_by_author on pull (installation_id, author_id, created_at);
create index pull_by_time on pull (installation_id, repo_id, created_at);
create index pull_open on pull (installation_id, repo_id) where open;

create table pull_file (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    path text not null,
    previous_path text,
    additions integer not null,
    deletions integer not null,
    -- Linguist's name.
    language text,
    -- Lock file, vendored, generated: teaches nothing and makes nobody an expert.
    mechanical boolean not null,
    primary key (installation_id, repo_id, number, path),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);

create table pull_committer (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    person_id bigint not null,
    primary key (installation_id, repo_id, number, person_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);

-- Who is or was asked to review.
create table pull_asked (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    kind text not null check (kind in ('person', 'team')),
    asked_id bigint not null,
    asked boolean not null,
    changed_at timestamptz not null,
    primary key (installation_id, repo_id, number, kind, asked_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);
create index pull_asked_by_who on pull_asked (installation_id, kind, asked_id) where asked;

create table head_push (
    installation_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    after_sha text not null,
    before_sha text,
    base_sha text,
    pushed_at timestamptz not null,
    forced boolean,
    primary key (installation_id, repo_id, number, pushed_at, after_sha),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);

-- Whether a push rewrote history is told by another event, which may come before or after.
create table ref_push (
    installation_id bigint not null,
    repo_id bigint not null,
    before_sha text not null,
    after_sha text not null,
    forced boolean not null,
    primary key (installation_id, repo_id, after_sha, before_sha),
    foreign key (installation_id, repo_id) references repo on delete cascade
);

create table review (
    installation_id bigint not null,
    id bigint not null,
    repo_id bigint not null,
    number integer not null,
    reviewer_id bigint,
    state text not null check (state in ('approved', 'changes_requested', 'commented', 'dismissed')),
    submitted_at timestamptz not null,
    primary key (installation_id, id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);
create index review_by_pull on review (installation_id, repo_id, number);
create index review_by_reviewer on review (installation_id, reviewer_id, submitted_at);

create table comment (
    installation_id bigint not null,
    place text not null check (place in ('diff', 'conversation', 'review')),
    id bigint not null,
    repo_id bigint not null,
    number integer not null,
    -- The thread's first comment; a comment that starts one names itself.
    root_id bigint not null,
    author_id bigint,
    -- Null when it expired.
    body text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    path text,
    line integer,
    on_old_side boolean not null default false,
    commit_sha text,
    review_id bigint,
    primary key (installation_id, place, id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);
create index comment_by_pull on comment (installation_id, repo_id, number, created_at);
create index comment_by_age on comment (created_at) where body is not null;

create table thread_resolution (
    installation_id bigint not null,
    root_id bigint not null,
    repo_id bigint not null,
    number integer not null,
    resolved_by bigint,
    resolved boolean not null,
    changed_at timestamptz not null,
    primary key (installation_id, root_id),
    foreign key (installation_id, repo_id, number) references pull on delete cascade
);
create index thread_resolution_by_pull on thread_resolution (installation_id, repo_id, number);

create table reaction (
    installation_id bigint not null,
    place text not null,
    comment_id bigint not null,
    person_id bigint not null,
    content text not null,
    primary key (installation_id, place, comment_id, person_id, content),
    foreign key (installation_id, place, comment_id) references comment on delete cascade
);

-- What the first push after a comment did to its line, measured from diffs that are never stored.
create table follow_up (
    installation_id bigint not null,
    place text not null,
    comment_id bigint not null,
    after_sha text not null,
    -- Null: GitHub gave no diffs.
    nearness text check (nearness in ('within_3', 'within_10', 'same_file', 'untouched')),
    applied boolean not null,
    primary key (installation_id, place, comment_id),
    foreign key (installation_id, place, comment_id) references comment on delete cascade
);
