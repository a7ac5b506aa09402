-- Days on which somebody is away, both included, in UTC. Nobody but the person ever sees them.
create table absence (
    installation_id bigint not null,
    person_id bigint not null,
    first_day date not null,
    last_day date not null,
    primary key (installation_id, person_id, first_day),
    foreign key (installation_id, person_id) references person on delete cascade,
    check (last_day >= first_day)
);

insert into absence (installation_id, person_id, first_day, last_day)
select installation_id, id, least(current_date, (away_until - interval '1 second')::date), (away_until - interval '1 second')::date
from person where away_until > now() and away_until < 'infinity';
update person set away_until = null where away_until > now() and away_until < 'infinity';

-- What somebody chose for themselves, beside their capacity; null: what the settings say.
create table own_limit (
    installation_id bigint not null,
    person_id bigint not null,
    daily_cap integer check (daily_cap >= 0),
    mentoring_budget integer check (mentoring_budget >= 0),
    primary key (installation_id, person_id),
    foreign key (installation_id, person_id) references person on delete cascade
);

-- What the code host's own status said when it was asked last; null: it didn't say.
create table shown_status (
    installation_id bigint not null,
    person_id bigint not null,
    busy boolean,
    busy_until timestamptz,
    asked_at timestamptz not null,
    primary key (installation_id, person_id),
    foreign key (installation_id, person_id) references person on delete cascade
);
