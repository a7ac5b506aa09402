-- A card that somebody chose to show to whoever has its address: what it says is what they saw when they switched it on.
create table card (
    installation_id bigint not null,
    person_id bigint not null,
    -- The last part of its address.
    word text not null unique check (length(word) between 40 and 60),
    -- Slugs of areas.
    passes_on text[] not null,
    learned text[] not null,
    shown_at timestamptz not null,
    primary key (installation_id, person_id),
    foreign key (installation_id, person_id) references person on delete cascade
);
