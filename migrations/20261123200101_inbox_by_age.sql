-- Processed deliveries are forgotten after a time: `expire` finds the old ones by this.
create index inbox_by_age on inbox (processed_at) where processed_at is not null;
