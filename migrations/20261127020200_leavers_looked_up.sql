-- Whether the account of a former member is still there was asked. Null: not yet.
alter table membership add column looked_up_at timestamptz;
create index membership_to_look_up on membership (installation_id, person_id)
    where valid_until is not null and looked_up_at is null;
