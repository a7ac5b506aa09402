-- What the settings files say: one row a file, repo_id 0 for the organisation's.
create table settings_file (
    installation_id bigint not null references installation on delete cascade,
    repo_id bigint not null,
    -- Where it lies: the repository's name and the path in it.
    source text not null,
    -- The last good one, which is in force; null: none was good yet.
    settings jsonb,
    settings_blob text,
    settings_at timestamptz,
    -- The version that was read last, and what is wrong with it; empty: it is the one in force.
    seen_blob text not null,
    seen_at timestamptz not null,
    faults jsonb not null default '[]',
    primary key (installation_id, repo_id)
);
create index settings_file_with_faults on settings_file (installation_id) where faults <> '[]';

-- When the files of a tenant were last asked for; null: never.
alter table installation add column settings_read_at timestamptz;

-- Who said that they may be named among the silent experts, where only those are.
create table may_be_asked (
    installation_id bigint not null,
    person_id bigint not null,
    at timestamptz not null,
    primary key (installation_id, person_id),
    foreign key (installation_id, person_id) references person on delete cascade
);
