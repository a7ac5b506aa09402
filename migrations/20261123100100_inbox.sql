-- Deliveries as they came. The body goes when its facts commit; the id stays, so that a repeat does nothing.
create table inbox (
    id bigint generated always as identity primary key,
    delivery_id text not null,
    event text not null,
    content_type text not null,
    -- LZ4, raw bytes as received.
    body bytea,
    received_at timestamptz not null,
    processed_at timestamptz,
    failed_at timestamptz,
    failure text,
    -- The event's name belongs to the key: a sender that numbers by the millisecond can give one number to two events.
    unique (delivery_id, event)
);
-- The body is compressed already.
alter table inbox alter column body set storage external;
create index inbox_waiting on inbox (received_at) where processed_at is null;
create index inbox_dead on inbox (failed_at) where failed_at is not null;

-- How far an import of a file has come, so that it goes on where it stopped.
create table import_progress (
    file_digest text primary key,
    records_done bigint not null,
    updated_at timestamptz not null
);
