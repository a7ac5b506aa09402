-- Pull requests that could not be read whole, however small the page: the reading goes on without what was said on them, and
-- says which they are; and how often the one that stands in the way now was too much for the code host.
alter table backfill add column left_out integer[] not null default '{}';
alter table backfill add column heavy_tries integer not null default 0;
