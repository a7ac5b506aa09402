-- A command of somebody who was erased stays, since its answer may still have to be edited; who gave it doesn't.
alter table command alter column author_id drop not null;
