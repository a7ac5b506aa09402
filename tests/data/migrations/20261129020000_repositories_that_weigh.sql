update repo set weighs = false where removed_at is not null;
