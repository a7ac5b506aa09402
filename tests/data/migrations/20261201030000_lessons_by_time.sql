-- An index only: lessons are there already.
select 1;
