-- When the next writing call to the code host may start, for all processes on this database. Lost, it is made anew.
create unlogged table write_turn (
    single boolean primary key default true check (single),
    next_at timestamptz not null
);
