-- It makes a view and an index, and no table.
select count(*) from reviewed_ground;
