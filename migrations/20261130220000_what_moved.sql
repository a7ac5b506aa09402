-- What moved in a repository's past since it was last read. Kept here, since of many writers one would forget.
--
-- `touched` is the transaction that last changed what the past is made of: the pull request itself, who reviewed it, its files. While one is
-- open it needs none, since its close counts as a change.
alter table pull add column touched bigint not null default 0;
create index pull_touched on pull (installation_id, repo_id, touched);

create function touch_itself() returns trigger language plpgsql as
$$ begin new.touched := pg_current_xact_id()::text::bigint; return new; end $$;
-- After "erased", by name: who was erased is nobody by then.
create trigger touched before insert on pull for each row execute function touch_itself();
create trigger touched_by_update before update on pull for each row
    when ((old.author_id, old.created_at, old.closed_at, old.merged_at, old.ignored, old.updated_at > 'epoch',
           coalesce(old.changed_files, 0) <= 100, old.contents_head is null)
          is distinct from
          (new.author_id, new.created_at, new.closed_at, new.merged_at, new.ignored, new.updated_at > 'epoch',
           coalesce(new.changed_files, 0) <= 100, new.contents_head is null))
    execute function touch_itself();

-- Held, so that nobody closes it before what was said on an open one can be read.
create function touch_pull(tenant bigint, repository bigint, pull_number integer) returns void language plpgsql as $$
declare
    this constant bigint := pg_current_xact_id()::text::bigint;
    due boolean;
begin
    select coalesce(closed_at, merged_at) is not null and touched <> this into due from pull
    where installation_id = tenant and repo_id = repository and number = pull_number for no key update;
    if due then
        update pull set touched = this where installation_id = tenant and repo_id = repository and number = pull_number;
    end if;
end $$;

create function touch_by_row() returns trigger language plpgsql as $$
begin
    perform touch_pull(new.installation_id, new.repo_id, new.number);
    if tg_op = 'UPDATE' then
        if (old.installation_id, old.repo_id, old.number) <> (new.installation_id, new.repo_id, new.number) then
            perform touch_pull(old.installation_id, old.repo_id, old.number);
        end if;
    end if;
    return null;
end $$;
create function touch_by_rows() returns trigger language plpgsql as $$
begin
    perform touch_pull(c.installation_id, c.repo_id, c.number)
    from (select distinct installation_id, repo_id, number from changed order by 1, 2, 3) c;
    return null;
end $$;

create trigger touched after insert on review for each row execute function touch_by_row();
create trigger touched_by_update after update on review for each row
    when ((old.repo_id, old.number, old.reviewer_id) is distinct from (new.repo_id, new.number, new.reviewer_id))
    execute function touch_by_row();
create trigger touched_by_delete after delete on review referencing old table as changed
    for each statement execute function touch_by_rows();

create trigger touched after insert on comment for each row when (new.place = 'diff') execute function touch_by_row();
create trigger touched_by_update after update on comment for each row
    when ((old.repo_id, old.number, old.author_id, old.path) is distinct from (new.repo_id, new.number, new.author_id, new.path)
          and new.place = 'diff')
    execute function touch_by_row();
create trigger touched_by_delete after delete on comment referencing old table as changed
    for each statement execute function touch_by_rows();

create trigger touched after insert on pull_file referencing new table as changed
    for each statement execute function touch_by_rows();
create trigger touched_by_update after update on pull_file for each row
    when ((old.repo_id, old.number, old.path, old.mechanical) is distinct from (new.repo_id, new.number, new.path, new.mechanical))
    execute function touch_by_row();
create trigger touched_by_delete after delete on pull_file referencing old table as changed
    for each statement execute function touch_by_rows();

-- Another number whenever pull requests are gone, which leaves no row to touch, and for each new row. Never the same twice, not even
-- where a transaction was taken back.
create sequence repo_moved;
alter table repo add column moved bigint not null default nextval('repo_moved');
create function move_repo() returns trigger language plpgsql as $$
begin
    update repo r set moved = nextval('repo_moved')
    from (select distinct installation_id, repo_id from changed) c where r.installation_id = c.installation_id and r.id = c.repo_id;
    return null;
end $$;
create trigger moved after delete on pull referencing old table as changed for each statement execute function move_repo();

-- Who stands nowhere: few, and asked for with each question.
create index person_out on person (installation_id, id) where kind <> 'human' or opted_out_at is not null;

-- What lessons under some folders are about: by byte order, so that a folder is a range.
create index comment_by_path on comment (installation_id, repo_id, path collate "C") where path is not null;

-- Each pull request as the past knows it: who wrote and who reviewed it, as far as they may appear, and its files; where these are unknown,
-- those that comments stand on. `counts`: once it is closed it makes somebody an expert; changes of more than 100 files make nobody one.
create view standing_pull as
    select p.installation_id, p.repo_id, p.number, p.touched, s.id as author_id, p.created_at, p.closed_at, p.merged_at,
           p.updated_at > 'epoch' and not p.ignored and coalesce(p.changed_files, 0) <= 100 as counts,
           array(select w.person_id from (
                     select v.reviewer_id as person_id from review v
                     where v.installation_id = p.installation_id and v.repo_id = p.repo_id and v.number = p.number
                     union
                     select c.author_id from comment c
                     where c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number
                       and c.place = 'diff') as w
                 join standing_person sp on sp.installation_id = p.installation_id and sp.id = w.person_id
                 where w.person_id is distinct from p.author_id order by 1) as reviewers,
           case when p.contents_head is not null
                then array(select f.path from pull_file f
                           where f.installation_id = p.installation_id and f.repo_id = p.repo_id and f.number = p.number
                             and not f.mechanical order by f.path)
                else array(select distinct c.path from comment c
                           where c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number
                             and c.path is not null order by 1)
           end as files
    from pull p
    left join standing_person s on s.installation_id = p.installation_id and s.id = p.author_id;
