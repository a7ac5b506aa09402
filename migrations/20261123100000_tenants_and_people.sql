-- One row a tenant: an account on a code host. Every other table's key leads with its id.
create table installation (
    id bigint generated always as identity primary key,
    forge text not null default 'github' check (forge in ('github')),
    account_id bigint not null,
    login text not null,
    is_organisation boolean not null,
    -- GitHub's number of the App's installation; null for repository hooks and imports.
    external_id bigint,
    -- Null until members and teams were read once: then only members are candidates.
    members_known_at timestamptz,
    suspended_at timestamptz,
    removed_at timestamptz,
    created_at timestamptz not null,
    unique (forge, account_id)
);

create table repo (
    installation_id bigint not null references installation on delete cascade,
    id bigint not null,
    owner text not null,
    name text not null,
    default_branch text,
    private boolean not null,
    removed_at timestamptz,
    primary key (installation_id, id)
);
create index repo_by_name on repo (lower(owner), lower(name));

create table person (
    installation_id bigint not null references installation on delete cascade,
    id bigint not null,
    login text not null,
    kind text not null check (kind in ('human', 'bot')),
    -- The one opt-out: such a person is absent everywhere (see the view standing_person).
    opted_out_at timestamptz,
    away_until timestamptz,
    capacity integer check (capacity >= 0),
    learn text[] not null default '{}',
    teach text[] not null default '{}',
    seen_at timestamptz not null,
    primary key (installation_id, id)
);
create index person_by_login on person (installation_id, lower(login));

-- Who may appear at all: humans who have not opted out. Whatever people read goes through it.
create view standing_person as
    select installation_id, id, login, away_until, capacity, learn, teach
    from person
    where kind = 'human' and opted_out_at is null;

create table membership (
    installation_id bigint not null,
    person_id bigint not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    primary key (installation_id, person_id, valid_from),
    foreign key (installation_id, person_id) references person on delete cascade
);

create table team (
    installation_id bigint not null references installation on delete cascade,
    id bigint not null,
    slug text not null,
    name text not null,
    parent_id bigint,
    deleted_at timestamptz,
    primary key (installation_id, id)
);

create table team_membership (
    installation_id bigint not null,
    team_id bigint not null,
    person_id bigint not null,
    role text not null check (role in ('member', 'maintainer')),
    valid_from timestamptz not null,
    valid_until timestamptz,
    primary key (installation_id, team_id, person_id, valid_from),
    foreign key (installation_id, team_id) references team on delete cascade,
    foreign key (installation_id, person_id) references person on delete cascade
);
create index team_membership_by_person on team_membership (installation_id, person_id);
