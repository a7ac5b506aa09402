-- What a person shows of their page to colleagues; nothing unless they say so.
alter table person add column shares text[] not null default '{}';

-- Who looked at somebody's page, for that somebody.
create table page_view (
    installation_id bigint not null,
    person_id bigint not null,
    viewer_id bigint not null,
    day date not null,
    at timestamptz not null,
    primary key (installation_id, person_id, viewer_id, day),
    foreign key (installation_id, person_id) references person on delete cascade,
    foreign key (installation_id, viewer_id) references person (installation_id, id) on delete cascade
);
create index page_view_by_viewer on page_view (installation_id, viewer_id);
create index page_view_by_age on page_view (at);
