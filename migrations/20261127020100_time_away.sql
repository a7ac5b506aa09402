-- The code host's own event said so; false: only an answer did, which may be of another App than ours.
alter table installation add column removal_told boolean not null default false;

-- Since when nothing is known, until that time was planned to be read.
alter table installation add column away_since timestamptz;
alter table repo add column away_since timestamptz;
create index repo_away on repo (installation_id) where away_since is not null;
