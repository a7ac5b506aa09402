-- Pull requests that the code host could not give whole, however small the page: the reading goes on without what was said
-- on them, and says which they are.
alter table backfill add column left_out integer[] not null default '{}';
