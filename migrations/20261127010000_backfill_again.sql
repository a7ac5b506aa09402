-- Something was missed while a repository's past was read: since then it is read once more when that is done.
alter table backfill add column again_since timestamptz;
