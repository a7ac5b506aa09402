update membership set looked_up_at = '2026-01-05' where valid_until is not null;
