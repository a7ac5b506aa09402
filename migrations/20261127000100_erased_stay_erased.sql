-- Whoever was erased is stored nowhere anew, whoever writes: rows about them alone aren't made, and elsewhere nobody stands in their
-- place. One function a column, since a column's name can't be a parameter of a quick one.
create function is_erased(tenant bigint, who bigint) returns boolean language sql stable as
$$ select exists (select 1 from person where installation_id = tenant and id = who and erased_at is not null) $$;

create function keep_erased_person_out() returns trigger language plpgsql as
$$ begin if is_erased(new.installation_id, new.person_id) then return null; end if; return new; end $$;
create function keep_erased_asked_out() returns trigger language plpgsql as
$$ begin if new.kind = 'person' and is_erased(new.installation_id, new.asked_id) then return null; end if; return new; end $$;
create function keep_erased_command_out() returns trigger language plpgsql as
$$ begin if is_erased(new.installation_id, new.author_id) then return null; end if; return new; end $$;
create function nobody_for_erased_author() returns trigger language plpgsql as
$$ begin if is_erased(new.installation_id, new.author_id) then new.author_id := null; end if; return new; end $$;
create function nobody_for_erased_reviewer() returns trigger language plpgsql as
$$ begin if is_erased(new.installation_id, new.reviewer_id) then new.reviewer_id := null; end if; return new; end $$;
create function nobody_for_erased_resolver() returns trigger language plpgsql as
$$ begin if is_erased(new.installation_id, new.resolved_by) then new.resolved_by := null; end if; return new; end $$;

create trigger erased before insert on membership for each row execute function keep_erased_person_out();
create trigger erased before insert on team_membership for each row execute function keep_erased_person_out();
create trigger erased before insert on circle_place for each row execute function keep_erased_person_out();
create trigger erased before insert on pull_committer for each row execute function keep_erased_person_out();
create trigger erased before insert on reaction for each row execute function keep_erased_person_out();
create trigger erased before insert on suggested for each row execute function keep_erased_person_out();
create trigger erased before insert on review_ask for each row execute function keep_erased_person_out();
create trigger erased before insert on pull_asked for each row execute function keep_erased_asked_out();
create trigger erased before insert on command for each row execute function keep_erased_command_out();
create trigger erased before insert or update of author_id on pull for each row execute function nobody_for_erased_author();
create trigger erased before insert or update of author_id on comment for each row execute function nobody_for_erased_author();
create trigger erased before insert or update of reviewer_id on review for each row execute function nobody_for_erased_reviewer();
create trigger erased before insert or update of resolved_by on thread_resolution for each row execute function nobody_for_erased_resolver();

-- Nothing takes it back.
alter table person add constraint erased_are_out check (erased_at is null or opted_out_at is not null) not valid;
