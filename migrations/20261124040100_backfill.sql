-- How far the past of each repository was read from the code host, a page of pull requests at a time, newest first.
create table backfill (
    installation_id bigint not null,
    repo_id bigint not null,
    -- Pull requests that changed since are read.
    since timestamptz not null,
    -- Where the next page begins, in the code host's words; none: at the newest.
    cursor text,
    -- A failed one with a time of its next try goes on by itself; one without waits for somebody.
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'paused')),
    -- Pull requests asked for in one call; halved where that was too much.
    page_size int not null default 10 check (page_size between 1 and 100),
    pages int not null default 0,
    pulls_done int not null default 0,
    pulls_total int,
    calls bigint not null default 0,
    -- The repository's .gitattributes, read with its first page.
    attributes text,
    planned_at timestamptz not null,
    started_at timestamptz,
    updated_at timestamptz not null,
    finished_at timestamptz,
    error text,
    attempts int not null default 0,
    next_try_at timestamptz,
    -- The code host's limit is (nearly) used up until then.
    waits_until timestamptz,
    primary key (installation_id, repo_id),
    foreign key (installation_id, repo_id) references repo (installation_id, id) on delete cascade
);
create index backfill_to_do on backfill (installation_id, pages, repo_id) where state <> 'done';
