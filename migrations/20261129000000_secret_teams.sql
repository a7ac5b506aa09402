-- Only its members and the owners may know that a secret team exists: its name stands on no pull request.
alter table team add column secret boolean not null default false;
