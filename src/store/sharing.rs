//! What people show of their pages to colleagues, and who looked.
use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::store::StoreError;
use crate::store::reader::Reader;

/// A part of a person's page that they may show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Section {
    /// What they passed on.
    Helped,
    /// What they took up.
    Taken,
    /// What they would like to learn and teach.
    Goals,
}

impl Section {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Helped, Self::Taken, Self::Goals];

    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Helped => "helped",
            Self::Taken => "taken",
            Self::Goals => "goals",
        }
    }

    /// The section that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.as_str() == word)
    }
}

/// What a person shows to colleagues; nothing where they opted out.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn shares(conn: &mut PgConnection, reader: &Reader, person: PersonId) -> Result<Vec<Section>, StoreError> {
    let words = sqlx::query_scalar!(
        "select p.shares from person p join standing_person s on s.installation_id = p.installation_id and s.id = p.id
         where p.installation_id = $1 and p.id = $2",
        reader.installation().0,
        person.0
    )
    .fetch_optional(conn)
    .await?
    .unwrap_or_default();
    let is_shared = |section: &Section| words.iter().any(|word| word == section.as_str());
    Ok(Section::ALL.into_iter().filter(is_shared).collect())
}

/// Sets what a person shows.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set_shares(
    conn: &mut PgConnection,
    reader: &Reader,
    person: PersonId,
    sections: &[Section],
) -> Result<(), StoreError> {
    let words: Vec<String> = sections.iter().map(|section| section.as_str().to_owned()).collect();
    sqlx::query!(
        "update person set shares = $3 where installation_id = $1 and id = $2",
        reader.installation().0,
        person.0,
        &words
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that `viewer` looked at a person's page at `at`: once a day, with the last time.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn looked(
    conn: &mut PgConnection,
    reader: &Reader,
    (viewer, person): (PersonId, PersonId),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into page_view (installation_id, person_id, viewer_id, day, at) values ($1, $2, $3, $4, $5)
         on conflict (installation_id, person_id, viewer_id, day) do update set at = greatest(page_view.at, excluded.at)",
        reader.installation().0,
        person.0,
        viewer.0,
        at.date_naive(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Somebody looked at a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// Who, where that person may appear.
    pub login: Option<String>,
    /// The day.
    pub day: NaiveDate,
    /// The last time on that day.
    pub at: Time,
}

/// Who looked at a person's page, the latest first, at most `limit` lines. For that person only.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn looks(
    conn: &mut PgConnection,
    reader: &Reader,
    person: PersonId,
    limit: i64,
) -> Result<Vec<Look>, StoreError> {
    Ok(sqlx::query_as!(
        Look,
        r#"select s.login as "login?", v.day, v.at from page_view v
           left join standing_person s on s.installation_id = v.installation_id and s.id = v.viewer_id
           where v.installation_id = $1 and v.person_id = $2 order by v.at desc, v.viewer_id limit $3"#,
        reader.installation().0,
        person.0,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Forgets looks before `before`; gives how many.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn forget_looks(conn: &mut PgConnection, before: Time) -> Result<u64, StoreError> {
    let done = sqlx::query!("delete from page_view where at < $1", before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
