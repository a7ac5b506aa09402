//! Cards that people chose to show to whoever has the address.
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::skill::Area;
use crate::store::StoreError;

/// What a card says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// Areas that they pass on.
    pub passes_on: Vec<Area>,
    /// Areas that they learned.
    pub learned: Vec<Area>,
}

/// A card that is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Card {
    /// Whose.
    pub login: String,
    /// The last part of its address.
    pub word: String,
    /// What it says.
    pub said: Said,
    /// Since when it says that.
    pub shown_at: Time,
}

struct Row {
    login: String,
    word: String,
    passes_on: Vec<String>,
    learned: Vec<String>,
    shown_at: Time,
}

impl From<Row> for Card {
    fn from(row: Row) -> Self {
        Self {
            login: row.login,
            word: row.word,
            said: Said {
                passes_on: areas(&row.passes_on),
                learned: areas(&row.learned),
            },
            shown_at: row.shown_at,
        }
    }
}

/// An area that is none any more is left out.
fn areas(slugs: &[String]) -> Vec<Area> {
    slugs.iter().filter_map(|slug| slug.parse().ok()).collect()
}

fn slugs(areas: &[Area]) -> Vec<String> {
    areas.iter().map(|area| area.slug().to_owned()).collect()
}

/// Shows a card from `at` on: one that is shown says this now, at the address that it has; another one is found at `word`.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn show(
    conn: &mut PgConnection,
    (id, person): (InstallationId, PersonId),
    (said, word): (&Said, &str),
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into card (installation_id, person_id, word, passes_on, learned, shown_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (installation_id, person_id)
         do update set passes_on = excluded.passes_on, learned = excluded.learned, shown_at = excluded.shown_at",
        id.0,
        person.0,
        word,
        &slugs(&said.passes_on),
        &slugs(&said.learned),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Shows a person's card no more; its address leads nowhere from then on.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn withdraw(conn: &mut PgConnection, id: InstallationId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from card where installation_id = $1 and person_id = $2",
        id.0,
        person.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person's card, where it is shown.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_person(
    conn: &mut PgConnection,
    id: InstallationId,
    person: PersonId,
) -> Result<Option<Card>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"select s.login as "login!", c.word, c.passes_on, c.learned, c.shown_at from card c
           join standing_person s on s.installation_id = c.installation_id and s.id = c.person_id
           where c.installation_id = $1 and c.person_id = $2"#,
        id.0,
        person.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Card::from))
}

/// The card at this address, for anybody. None: there is none, its person may not appear, or is no member at `at` where members are known
/// (they could not withdraw it any more), or the App isn't there.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn at(conn: &mut PgConnection, word: &str, at: Time) -> Result<Option<Card>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"select s.login as "login!", c.word, c.passes_on, c.learned, c.shown_at from card c
           join standing_person s on s.installation_id = c.installation_id and s.id = c.person_id
           join installation i on i.id = c.installation_id and i.suspended_at is null and i.removed_at is null
           where c.word = $1
             and (i.members_known_at is null
                  or exists (select from membership m
                             where m.installation_id = c.installation_id and m.person_id = c.person_id
                               and m.valid_from <= $2 and (m.valid_until is null or m.valid_until > $2)))"#,
        word,
        at
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Card::from))
}
