-- What the base branch says of its files, read at most once an hour: who owns them, without e-mail addresses, and which
-- commits only moved lines.
create table base_branch (
    installation_id bigint not null,
    repo_id bigint not null,
    name text not null,
    read_at timestamptz not null,
    -- [{"pattern": "/src/", "owners": ["@ada", "@acme/payments"]}], in the file's order.
    owners jsonb not null,
    ignored_revisions text[] not null,
    primary key (installation_id, repo_id, name),
    foreign key (installation_id, repo_id) references repo on delete cascade
);

-- The commit that came into the base branch, and those of the pull request itself.
alter table pull add column merge_sha text;
alter table pull add column commits text[] not null default '{}';
-- Its commits are listed in the base branch's `.git-blame-ignore-revs`: it teaches nothing and makes nobody an expert.
alter table pull add column ignored boolean not null default false;
