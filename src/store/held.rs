//! Who holds which skill: a lesson of theirs on it landed.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::skill::Skill;
use crate::store::StoreError;
use crate::store::lessons;
use crate::store::reader::Reader;

/// Somebody and a skill of theirs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldSkill {
    /// The skill.
    pub skill: Skill,
    /// Who.
    pub person: PersonId,
    /// Pull requests on which a lesson landed.
    pub pulls: i64,
    /// Of each whose diffs are known, the other one of the two and when it landed; by the other one, then oldest first.
    pub landed: Vec<(PersonId, Time)>,
}

/// Who taught what, by landed lessons before `at` in repositories that the reader may read: of one, or of all. By skill, then by person.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn held(
    conn: &mut PgConnection,
    reader: &Reader,
    repo: Option<RepoId>,
    at: Time,
) -> Result<Vec<HeldSkill>, StoreError> {
    let rows = sqlx::query!(
        r#"select k.kind as "kind!", k.word as "word!", k.person as "person!: PersonId",
                  count(distinct (k.repo_id, k.number)) as "pulls!",
                  array_agg(k.other order by k.other, k.at) filter (where k.known) as "others: Vec<PersonId>",
                  array_agg(k.at order by k.other, k.at) filter (where k.known) as "times: Vec<Time>"
           from (
               select k.kind, k.word, l.teacher_id as person, l.learner_id as other, l.repo_id, l.number,
                      max(l.at) filter (where l.outcome = 'landed') as at, bool_or(l.diffs_known) as known
               from shown_lesson l
               join repo r on r.installation_id = l.installation_id and r.id = l.repo_id
                 and (not r.private or $3 or r.id = any($4))
               cross join lateral (
                   select 'area' as kind, l.area as word
                   union all select 'language', l.language where l.language is not null
                   union all select 'skill', slug from unnest(l.skills) slug) k
               where l.installation_id = $1 and l.outcome <> 'declined' and l.at < $2 and ($5::bigint is null or l.repo_id = $5)
               group by 1, 2, 3, 4, 5, 6
               having bool_or(l.outcome = 'landed')) k
           group by 1, 2, 3 order by 1, 2, 3"#,
        reader.installation().0,
        at,
        reader.reads_everything(),
        reader.private(),
        repo.map(|repo| repo.0)
    )
    .fetch_all(conn)
    .await?;
    let mut held = Vec::new();
    for row in rows {
        let skill = match row.kind.as_str() {
            "area" => Some(Skill::Area(
                row.word
                    .parse()
                    .map_err(|_| StoreError::Unreadable { what: "lesson.area" })?,
            )),
            "language" => Some(Skill::Language(row.word)),
            _ => lessons::skills(&[row.word]).pop(),
        };
        let others = row.others.unwrap_or_default().into_iter();
        held.extend(skill.map(|skill| HeldSkill {
            skill,
            person: row.person,
            pulls: row.pulls,
            landed: others.zip(row.times.unwrap_or_default()).collect(),
        }));
    }
    Ok(held)
}
