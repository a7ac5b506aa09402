-- The GitHub App that the set-up page created, one a code host. It belongs to the whole instance, not to a tenant: an
-- App is there before anybody installs it. The three secrets are sealed (src/seal.rs); nothing here opens them.
create table app_registration (
    id bigint generated always as identity primary key,
    -- The host's address in a browser, such as https://github.com.
    host text not null unique,
    app_id bigint not null,
    slug text not null,
    name text not null,
    html_url text not null,
    client_id text not null,
    private_key bytea not null,
    webhook_secret bytea not null,
    client_secret bytea not null,
    created_at timestamptz not null
);

-- What lets somebody take a step of the set-up: only digests. A handful of rows that live for hours.
create table setup_token (
    digest bytea primary key check (octet_length(digest) = 32),
    -- key: printed in the terminal; state: went to GitHub and comes back once; pass: of the browser that created the App.
    purpose text not null check (purpose in ('key', 'state', 'pass')),
    made_at timestamptz not null,
    used_at timestamptz
);

-- What was chosen at the end of the set-up; null where nobody chose.
alter table installation
    add column chosen_surface text check (chosen_surface in ('web', 'check', 'comment', 'request'));
