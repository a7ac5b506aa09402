update pull set closed_at = '2026-01-06', open = false;
