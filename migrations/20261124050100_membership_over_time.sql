-- Owners of the organisation, with since when: a change of role ends one row and begins another.
alter table membership add column role text not null default 'member' check (role in ('member', 'owner'));
create index membership_owner on membership (installation_id, person_id) where role = 'owner';

-- Which team lies in which, and when it did.
create table team_nesting (
    installation_id bigint not null,
    team_id bigint not null,
    parent_id bigint not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    primary key (installation_id, team_id, valid_from),
    foreign key (installation_id, team_id) references team on delete cascade,
    check (team_id <> parent_id)
);
create index team_nesting_by_parent on team_nesting (installation_id, parent_id);

insert into team_nesting (installation_id, team_id, parent_id, valid_from)
select installation_id, id, parent_id, 'epoch' from team
where parent_id is not null and parent_id <> id and deleted_at is null;

-- Who is in which team of a tenant at some time: whoever is in a team is in those above it, too. `direct` tells the two
-- apart, and the role is that of the place itself. `union` lets no row come twice, so a circle of teams ends.
-- A function and not a view: a view's recursion would walk the teams of every tenant.
create function team_places(tenant bigint, moment timestamptz)
returns table (team_id bigint, person_id bigint, direct boolean, role text)
language sql stable as $$
    with recursive place (team_id, person_id, direct, role) as (
        select m.team_id, m.person_id, true, m.role from team_membership m
        where m.installation_id = tenant and m.valid_from <= moment and (m.valid_until is null or m.valid_until > moment)
        union
        select n.parent_id, p.person_id, false, 'member' from place p
        join team_nesting n on n.installation_id = tenant and n.team_id = p.team_id
             and n.valid_from <= moment and (n.valid_until is null or n.valid_until > moment))
    select p.team_id, p.person_id, bool_or(p.direct),
           case when bool_or(p.role = 'maintainer') then 'maintainer' else 'member' end
    from place p
    join team t on t.installation_id = tenant and t.id = p.team_id and t.deleted_at is null
    group by 1, 2
$$;

-- People who review each other often, where an organisation has no teams: found anew every day, keeping their numbers.
create table circle_place (
    installation_id bigint not null,
    person_id bigint not null,
    circle bigint not null,
    primary key (installation_id, person_id),
    foreign key (installation_id, person_id) references person on delete cascade
);
create index circle_place_by_circle on circle_place (installation_id, circle);
alter table installation add column circles_found_at timestamptz;

-- Circles look at a year of reviews.
create index review_by_time on review (installation_id, submitted_at);
