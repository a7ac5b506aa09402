-- How often something asked for a suggestion, and up to which of these it was made: a comment asks for none.
alter table pull
    add column suggest_wanted integer not null default 0,
    add column suggest_answered integer not null default 0;
update pull set suggest_wanted = 1 where suggest_wanted_at is not null;

-- Every push to any branch looks for its push to a head ref; what none was found for is forgotten after a while.
create index head_push_by_commit on head_push (installation_id, repo_id, after_sha);
alter table ref_push add column seen_at timestamptz not null default now();
create index ref_push_by_age on ref_push (seen_at);
