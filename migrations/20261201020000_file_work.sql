-- What a git history tells of who knows which file, replaced whole by each import. Only people who are known by GitHub's number stand in it; what
-- everybody else did is one row a file without anybody, so that opting out and erasing reach all that is about a person.
create table imported_history (
    installation_id bigint not null,
    repo_id bigint not null,
    -- When its last commit was committed. From there on merged pull requests count; lines are faded as of then.
    last_commit_at timestamptz not null,
    commits integer not null,
    mechanical_commits integer not null,
    merges integer not null,
    odd_dates integer not null,
    shallow boolean not null,
    files_left_out integer not null,
    -- People who wrote or reviewed and aren't known by number.
    nameless integer not null,
    primary key (installation_id, repo_id),
    foreign key (installation_id, repo_id) references repo on delete cascade
);

-- A path can be longer than an index takes, so files have places.
create table imported_file (
    installation_id bigint not null,
    repo_id bigint not null,
    place integer not null,
    path text not null,
    lines integer not null,
    changes integer not null,
    primary key (installation_id, repo_id, place),
    foreign key (installation_id, repo_id) references imported_history on delete cascade
);

create table file_work (
    installation_id bigint not null,
    repo_id bigint not null,
    place integer not null,
    nth integer not null,
    -- Null: whoever isn't known by number, or isn't any more.
    person_id bigint,
    creator boolean not null,
    changes integer not null,
    reviews integer not null,
    faded_lines double precision not null,
    last_change timestamptz not null,
    -- When whoever did this last did anything in the repository.
    last_seen timestamptz not null,
    primary key (installation_id, repo_id, place, nth),
    foreign key (installation_id, repo_id, place) references imported_file on delete cascade,
    foreign key (installation_id, person_id) references person on delete cascade
);
create index file_work_by_person on file_work (installation_id, person_id) where person_id is not null;

create function nobody_for_erased_person() returns trigger language plpgsql as
$$ begin if is_erased(new.installation_id, new.person_id) then new.person_id := null; end if; return new; end $$;
create trigger erased before insert or update of person_id on file_work for each row execute function nobody_for_erased_person();

-- What was merged since an import.
create index pull_by_merge on pull (installation_id, repo_id, merged_at) where merged_at is not null;
