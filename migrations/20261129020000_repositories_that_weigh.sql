-- Whether what was learned in a repository is in the edges: it is while the repository is there. Where the two differ, a job
-- makes the edges again.
alter table repo add column weighs boolean not null default true;
