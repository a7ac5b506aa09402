//! What people say that comments are about, against what a classifier read.
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::clock::Time;
use crate::model::comment::AreaGuess;
use crate::model::comment::CommentPlace;
use crate::model::comment::Reading;
use crate::model::correction::Said;
use crate::model::correction::Teaches;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::skill::Area;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// Stores what a person says of a comment, in place of what they said before, beside what was read in it. False: there
/// is no reading of it, or its text isn't that of `edited` any more.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn say(
    conn: &mut PgConnection,
    id: InstallationId,
    (place, comment): (CommentPlace, CommentId),
    said: &Said,
    (edited, at): (Time, Time),
) -> Result<bool, StoreError> {
    let areas: Vec<String> = said.areas.iter().map(|area| area.slug().to_owned()).collect();
    // An edit lets the correction go that is there: so it has to come before this, or wait for it.
    let stored = sqlx::query!(
        "insert into correction (installation_id, place, comment_id, person_id, areas, teaches, at, read, model)
         select c.installation_id, c.place, c.id, $4, $5, $6, $7, coalesce(g.reading -> 'areas', '[]'), g.model
         from comment c
         join reading g on g.installation_id = c.installation_id and g.place = c.place and g.comment_id = c.id
         where c.installation_id = $1 and c.place = $2 and c.id = $3 and c.updated_at = $8 and c.deleted_at is null
         for share of c
         on conflict (installation_id, place, comment_id, person_id) do update
         set areas = excluded.areas, teaches = excluded.teaches, at = excluded.at, read = excluded.read, model = excluded.model",
        id.0,
        place.as_str(),
        comment.0,
        said.by.0,
        &areas,
        said.teaches.map(Teaches::as_str),
        at,
        edited
    )
    .execute(conn)
    .await?;
    Ok(stored.rows_affected() > 0)
}

/// The pull request of a comment of which a person said something; none: they said nothing of it.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn pull_of(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    (place, comment): (CommentPlace, CommentId),
) -> Result<Option<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select c.repo_id as "repo: RepoId", c.number from correction k
           join comment c on c.installation_id = k.installation_id and c.place = k.place and c.id = k.comment_id
           where k.installation_id = $1 and k.person_id = $2 and k.place = $3 and k.comment_id = $4"#,
        id.0,
        person.0,
        place.as_str(),
        comment.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Takes back what a person said of a comment.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn take_back(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    (place, comment): (CommentPlace, CommentId),
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from correction where installation_id = $1 and person_id = $2 and place = $3 and comment_id = $4",
        id.0,
        person.0,
        place.as_str(),
        comment.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What counts for the comments of a pull request: one word for each of which somebody said anything.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn in_force(
    conn: &mut PgConnection,
    id: InstallationId,
    key: PullKey,
) -> Result<Vec<((CommentPlace, CommentId), Said)>, StoreError> {
    // Comment by comment, which `offset 0` keeps so: joined, the view is worked out for the whole organisation first.
    let rows = sqlx::query!(
        r#"select k.place as "place!", k.comment_id as "comment!: CommentId", k.person_id as "by!: PersonId", k.areas as "areas!",
                  k.teaches
           from comment c
           cross join lateral (
               select * from correction_in_force k
               where k.installation_id = c.installation_id and k.place = c.place and k.comment_id = c.id offset 0) k
           where c.installation_id = $1 and c.repo_id = $2 and c.number = $3"#,
        id.0,
        key.repo.0,
        key.number
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let said = Said {
                by: row.by,
                areas: areas(&row.areas)?,
                teaches: teaches(row.teaches.as_deref())?,
            };
            Ok(((stored_place(&row.place)?, row.comment), said))
        })
        .collect()
}

/// The pull requests with comments of which a person said something.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn pulls_of(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Vec<PullKey>, StoreError> {
    Ok(sqlx::query_as!(
        PullKey,
        r#"select distinct c.repo_id as "repo: RepoId", c.number from correction k
           join comment c on c.installation_id = k.installation_id and c.place = k.place and c.id = k.comment_id
           where k.installation_id = $1 and k.person_id = $2 order by 1, 2"#,
        id.0,
        person.0
    )
    .fetch_all(conn)
    .await?)
}

/// A comment whose label somebody may correct.
#[derive(Clone, PartialEq, Debug)]
pub struct Open {
    /// The pull request.
    pub pull: PullKey,
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub repo: String,
    /// Who wrote it, by login.
    pub writer: String,
    /// Whoever asks wrote it.
    pub own: bool,
    /// When it was written.
    pub at: Time,
    /// When its text was edited last.
    pub edited: Time,
    /// What was read in it; none: it wasn't read again since it was edited.
    pub read: Option<Reading>,
    /// The areas that lessons of it are shown under.
    pub shown: Vec<Area>,
    /// What whoever asks said of it.
    pub said: Option<Vec<Area>>,
    /// What counts for it, with who said so, by login.
    pub counts: Option<(String, Vec<Area>)>,
}

/// A comment as a person may correct it: they wrote it, it told them something, or they said something of it before; and
/// they may read it. None: there is no such comment, as far as they may know.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn open_to(
    conn: &mut PgConnection,
    (reader, person): (&Reader, PersonId),
    (place, comment): (CommentPlace, CommentId),
) -> Result<Option<Open>, StoreError> {
    let row = sqlx::query!(
        r#"select c.repo_id as "repo_id: RepoId", c.number, r.owner, r.name, w.login as "writer!", c.author_id = $3 as "own!",
                  c.created_at, c.updated_at, g.reading as "reading?: Json<Reading>", k.areas as "said?",
                  f.areas as "counting?", b.login as "by?",
                  array(select distinct l.area from shown_lesson l
                        where l.installation_id = c.installation_id and l.place = c.place and l.comment_id = c.id
                        order by 1) as "shown!"
           from comment c
           join repo r on r.installation_id = c.installation_id and r.id = c.repo_id and r.removed_at is null
             and (not r.private or $5 or r.id = any($6))
           join standing_person w on w.installation_id = c.installation_id and w.id = c.author_id
           left join reading g on g.installation_id = c.installation_id and g.place = c.place and g.comment_id = c.id
           left join correction k on k.installation_id = c.installation_id and k.place = c.place and k.comment_id = c.id
             and k.person_id = $3
           left join correction_in_force f on f.installation_id = c.installation_id and f.place = c.place
             and f.comment_id = c.id
           left join standing_person b on b.installation_id = f.installation_id and b.id = f.person_id
           where c.installation_id = $1 and c.place = $2 and c.id = $4 and c.deleted_at is null
             and (c.author_id = $3 or k.person_id is not null
                  or exists (select 1 from shown_lesson l
                             where l.installation_id = c.installation_id and l.place = c.place and l.comment_id = c.id
                               and l.learner_id = $3))"#,
        reader.installation().0,
        place.as_str(),
        person.0,
        comment.0,
        reader.reads_everything(),
        reader.private()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let counts = row.by.zip(row.counting);
    Ok(Some(Open {
        pull: PullKey {
            repo: row.repo_id,
            number: row.number,
        },
        owner: row.owner,
        repo: row.name,
        writer: row.writer,
        own: row.own,
        at: row.created_at,
        edited: row.updated_at,
        read: row.reading.map(|reading| reading.0),
        shown: areas(&row.shown)?,
        said: row.said.as_deref().map(areas).transpose()?,
        counts: counts
            .map(|(by, counting)| Ok::<_, StoreError>((by, areas(&counting)?)))
            .transpose()?,
    }))
}

/// A correction as one of the two it concerns sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct Correction {
    /// The pull request.
    pub pull: PullKey,
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub repo: String,
    /// Where the comment stands.
    pub place: CommentPlace,
    /// Its number.
    pub comment: CommentId,
    /// Who said it, by login; none: whoever looks.
    pub by: Option<String>,
    /// What they said; empty: it teaches nothing about a skill.
    pub areas: Vec<Area>,
    /// What had been read, surest first.
    pub read: Vec<AreaGuess>,
    /// It is the word that counts.
    pub counts: bool,
    /// When they said it.
    pub at: Time,
}

/// What a person said of comments, and what counts of what others said of that person's own; newest first, at most `limit`.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn seen_by(
    conn: &mut PgConnection,
    reader: &Reader,
    person: PersonId,
    limit: i64,
) -> Result<Vec<Correction>, StoreError> {
    let rows = sqlx::query!(
        r#"select c.repo_id as "repo_id: RepoId", c.number, r.owner, r.name, k.place, k.comment_id as "comment: CommentId",
                  case when k.person_id <> $2 then b.login end as by, k.areas, k.read as "read: Json<Vec<AreaGuess>>", k.at,
                  f.person_id is not null as "counts!"
           from correction k
           join comment c on c.installation_id = k.installation_id and c.place = k.place and c.id = k.comment_id
           join repo r on r.installation_id = c.installation_id and r.id = c.repo_id and r.removed_at is null
             and (not r.private or $3 or r.id = any($4))
           join standing_person b on b.installation_id = k.installation_id and b.id = k.person_id
           join standing_person w on w.installation_id = c.installation_id and w.id = c.author_id
           left join correction_in_force f on f.installation_id = k.installation_id and f.place = k.place
             and f.comment_id = k.comment_id and f.person_id = k.person_id
           where k.installation_id = $1 and (k.person_id = $2 or (c.author_id = $2 and f.person_id is not null))
           order by k.at desc, k.comment_id desc, k.place limit $5"#,
        reader.installation().0,
        person.0,
        reader.reads_everything(),
        reader.private(),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Correction {
                pull: PullKey {
                    repo: row.repo_id,
                    number: row.number,
                },
                owner: row.owner,
                repo: row.name,
                place: stored_place(&row.place)?,
                comment: row.comment,
                by: row.by,
                areas: areas(&row.areas)?,
                read: row.read.0,
                counts: row.counts,
                at: row.at,
            })
        })
        .collect()
}

/// A correction that counts, with the text that it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Labelled {
    /// `owner/name` of the repository.
    pub repo: String,
    /// Where the comment stands.
    pub place: CommentPlace,
    /// Its number.
    pub comment: CommentId,
    /// The first comment of its thread.
    pub root: CommentId,
    /// Who wrote it.
    pub author: PersonId,
    /// Who wrote the pull request.
    pub pull_author: Option<PersonId>,
    /// The file it stands on.
    pub path: Option<String>,
    /// Its text; none: it expired.
    pub body: Option<String>,
    /// What was said of it.
    pub said: Said,
}

/// The corrections that count in one installation, with their texts as far as those are kept; in a fixed order. Nothing
/// of anybody who opted out, nor of repositories that are gone.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn labelled(conn: &mut PgConnection, id: InstallationId) -> Result<Vec<Labelled>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.owner || '/' || r.name as "repo!", c.place, c.id as "comment: CommentId", c.root_id as "root: CommentId",
                  c.author_id as "author!: PersonId", p.author_id as "pull_author: PersonId", c.path, c.body,
                  k.person_id as "by!: PersonId", k.areas as "areas!", k.teaches
           from correction_in_force k
           join comment c on c.installation_id = k.installation_id and c.place = k.place and c.id = k.comment_id
           join pull p on p.installation_id = c.installation_id and p.repo_id = c.repo_id and p.number = c.number
           join repo r on r.installation_id = c.installation_id and r.id = c.repo_id and r.removed_at is null
           join standing_person w on w.installation_id = c.installation_id and w.id = c.author_id
           where k.installation_id = $1
           order by c.created_at, c.place, c.id"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Labelled {
                repo: row.repo,
                place: stored_place(&row.place)?,
                comment: row.comment,
                root: row.root,
                author: row.author,
                pull_author: row.pull_author,
                path: row.path,
                body: row.body,
                said: Said {
                    by: row.by,
                    areas: areas(&row.areas)?,
                    teaches: teaches(row.teaches.as_deref())?,
                },
            })
        })
        .collect()
}

fn stored_place(word: &str) -> Result<CommentPlace, StoreError> {
    CommentPlace::from_stored(word).ok_or(StoreError::Unreadable {
        what: "correction.place",
    })
}

fn areas(slugs: &[String]) -> Result<Vec<Area>, StoreError> {
    let areas: Result<_, _> = slugs.iter().map(|slug| slug.parse()).collect();
    areas.map_err(|_| StoreError::Unreadable {
        what: "correction.areas",
    })
}

fn teaches(word: Option<&str>) -> Result<Option<Teaches>, StoreError> {
    let unreadable = StoreError::Unreadable {
        what: "correction.teaches",
    };
    word.map(|word| Teaches::from_stored(word).ok_or(unreadable))
        .transpose()
}
