update repo set removed_at = null;
