//! What a card says that somebody shows to whoever has its address, and its way in and out.
use sqlx::PgConnection;

use crate::forge::github::login;
use crate::model::clock::Time;
use crate::model::graph::Confidence;
use crate::pipeline::Addresses;
use crate::pipeline::StepError;
use crate::pipeline::profile;
use crate::pipeline::profile::Profile;
use crate::skill::learned::Claim;
use crate::store::cards;
use crate::store::cards::Said;
use crate::store::people::Person;
use crate::store::reader::Reader;

/// What a card of this profile says: areas that they surely pass on, and those that they learned. No number, no project, no other name.
#[must_use]
pub fn said(profile: &Profile) -> Said {
    let sure = profile.helped.iter().filter(|held| held.confidence > Confidence::Low);
    let learned = profile
        .taken
        .iter()
        .filter(|taken| taken.claim == Claim::LearnedByTeaching.words());
    Said {
        passes_on: sure.map(|held| held.area).collect(),
        learned: learned.map(|taken| taken.area).collect(),
    }
}

/// Shows a person's card as their page says it now, at a new address where it was not shown.
///
/// # Errors
/// [`StepError`] when the database refuses.
pub async fn show(
    conn: &mut PgConnection,
    (reader, person): (&Reader, &Person),
    (at, addresses): (Time, &Addresses),
) -> Result<(), StepError> {
    let profile = profile::profile(conn, reader, person, (at, addresses)).await?;
    let whose = (reader.installation(), person.id);
    cards::show(conn, whose, (&said(&profile), &login::random_word()), at).await?;
    Ok(())
}
