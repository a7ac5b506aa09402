-- Sign-ins that were begun and not finished. The state comes back from the code host once; the row goes then.
create table sign_in (
    state_digest bytea primary key,
    -- Of a cookie: only the browser that began may finish.
    browser_digest bytea not null,
    -- PKCE: worth nothing without the code that the code host hands out.
    verifier text not null,
    next text not null,
    begun_at timestamptz not null
);
create index sign_in_by_age on sign_in (begun_at);

-- Somebody signed in, in one browser. The cookie holds a random id; here lies its SHA-256 only.
create table session (
    id bigint generated always as identity primary key,
    digest bytea not null unique,
    -- The id before it was last renewed: requests that were under way may still bring it for a moment.
    old_digest bytea unique,
    -- GitHub's user number: the same person in every installation.
    user_id bigint not null,
    login text not null,
    -- The installation that is looked at.
    installation_id bigint references installation on delete set null,
    begun_at timestamptz not null,
    renewed_at timestamptz not null,
    used_at timestamptz not null
);
create index session_by_user on session (user_id);
create index session_by_use on session (used_at);
create index session_by_begin on session (begun_at);

-- What somebody signed in is in an installation, as the code host said.
create table session_place (
    installation_id bigint not null references installation on delete cascade,
    session_id bigint not null references session on delete cascade,
    owner boolean not null,
    checked_at timestamptz not null,
    -- Somebody asks the code host right now.
    asking_since timestamptz,
    primary key (installation_id, session_id)
);
create index session_place_by_session on session_place (session_id);

-- Private repositories that somebody signed in may read, as the code host said.
create table session_repo (
    installation_id bigint not null,
    session_id bigint not null,
    repo_id bigint not null,
    checked_at timestamptz not null,
    primary key (installation_id, session_id, repo_id),
    foreign key (installation_id, session_id) references session_place on delete cascade
);
