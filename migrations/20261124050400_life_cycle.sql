-- What told last whether the App works here: an older event never undoes a newer one.
alter table installation add column standing_at timestamptz;

-- Read-only on the code host: nobody can be asked there.
alter table repo add column archived_at timestamptz;
-- Deleted or transferred: what was known of it goes then.
alter table repo add column erase_at timestamptz;
create index repo_to_erase on repo (erase_at) where erase_at is not null;

-- The account is gone from the code host: its name was let go.
alter table person add column gone_at timestamptz;
-- Everything of this person was erased; only the number stays, so that nothing comes back.
alter table person add column erased_at timestamptz;

-- Our comment could not be edited while the App was away; it is once the App is back.
alter table suggestion add column redact_waits boolean not null default false;
create index suggestion_redact_waits on suggestion (installation_id) where redact_waits;

-- When it was asked last whether the App still works there, of an account that has no members to read.
alter table installation add column looked_at timestamptz;
