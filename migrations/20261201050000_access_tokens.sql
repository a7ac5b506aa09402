-- A session that a program uses instead of a browser: it ends at this time, used or not, and its id isn't renewed.
alter table session add column expires_at timestamptz;
create index session_by_end on session (expires_at) where expires_at is not null;

-- Personal access tokens. Each owns a session of its own, so whatever ends sessions ends it; only its SHA-256 lies there, as the session's digest.
create table access_token (
    installation_id bigint not null references installation on delete cascade,
    id bigint generated always as identity,
    -- GitHub's user number: whose it is.
    person_id bigint not null,
    session_id bigint not null unique references session on delete cascade,
    -- The owner's words for it.
    name text not null,
    scopes text[] not null,
    made_at timestamptz not null,
    -- The hour in which it was used last.
    used_at timestamptz,
    primary key (installation_id, id)
);
create index access_token_by_person on access_token (installation_id, person_id);
