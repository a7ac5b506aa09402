-- Closed pull requests that tell whether an area comes up in a language: somebody who may appear spoke on them beside the
-- author, and nobody who opted out. One row a language; too big changes and mechanical files teach nothing.
create view reviewed_ground as
    select p.installation_id, p.repo_id, p.number, p.author_id, p.created_at, f.language
    from pull p
    join standing_person a on a.installation_id = p.installation_id and a.id = p.author_id
    cross join lateral (
        select distinct f.language from pull_file f
        where f.installation_id = p.installation_id and f.repo_id = p.repo_id and f.number = p.number
          and f.language is not null and not f.mechanical) f
    where p.closed_at is not null and coalesce(p.changed_files, 0) <= 100
      and exists (select 1 from comment c
                  join standing_person s on s.installation_id = c.installation_id and s.id = c.author_id
                  where c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number
                    and c.author_id <> p.author_id)
      and not exists (select 1 from comment c
                      join person o on o.installation_id = c.installation_id and o.id = c.author_id
                      where c.installation_id = p.installation_id and c.repo_id = p.repo_id and c.number = p.number
                        and o.opted_out_at is not null);

-- The newest pull requests of a tenant, whatever their repository.
create index pull_by_age on pull (installation_id, created_at);
