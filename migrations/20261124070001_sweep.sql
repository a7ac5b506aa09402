-- How far the deliveries of the App's webhooks were looked through at the code host, and what the last look did. One row.
create table hook_sweep (
    one boolean primary key default true check (one),
    -- Every delivery up to here came, or was given up.
    reached_at timestamptz,
    -- The last look that went through, and what it found.
    swept_at timestamptz,
    listed bigint not null default 0,
    lost bigint not null default 0,
    asked bigint not null default 0,
    given_up bigint not null default 0,
    waiting bigint not null default 0,
    -- The last look that didn't go through, and why.
    failed_at timestamptz,
    failure text,
    -- Deliveries of this time can't come any more: whatever happened then has to be read anew.
    gap_from timestamptz,
    gap_to timestamptz,
    check ((gap_from is null) = (gap_to is null) and gap_from <= gap_to)
);

-- Deliveries that GitHub was asked to send again. They belong to no tenant, as the inbox.
create table redelivery (
    delivery_id text primary key,
    -- How often it was asked for.
    times smallint not null,
    -- Not again before this.
    next_at timestamptz not null,
    given_up boolean not null default false
);
create index redelivery_by_age on redelivery (next_at);
