//! Personal access tokens: made, listed, ended, and what one is worth now.
//!
//! A token owns a session, so the code host is asked about it as about a browser's ([`visits`]), and whatever ends sessions ends it.
use chrono::Duration;
use chrono::DurationRound;

use crate::forge::github::login;
use crate::model::access_token;
use crate::model::access_token::Scope;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::visits;
use crate::pipeline::visits::SignedIn;
use crate::pipeline::visits::Visit;
use crate::store::tokens;
use crate::store::tokens::Brought;
use crate::store::tokens::Made;
use crate::store::tokens::New;

/// Tokens that somebody can have in one organisation.
pub const MOST: i64 = 20;
/// Days for which a token can be made.
pub const LIFETIMES: [i64; 4] = [7, 30, 90, 365];

/// A token that somebody wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Their words for it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Days until it ends, one of [`LIFETIMES`].
    pub days: i64,
}

/// Makes a token for somebody, by the session in which they ask; none: by nobody's, in the demo. Gives its text, once, or why
/// there is none: they have [`MOST`] already, or the session ended meanwhile.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn make(
    pipeline: &Pipeline,
    (installation, person, login): (InstallationId, PersonId, &str),
    session: Option<i64>,
    wanted: &Wanted,
) -> Result<Result<String, Made>, StepError> {
    let at = pipeline.clock.now();
    let scopes: Vec<String> = wanted.scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let new = New {
        installation,
        person,
        login,
        session,
        name: &wanted.name,
        scopes: &scopes,
        at,
        expires_at: at + Duration::days(wanted.days),
    };
    let text = access_token::written(&login::random_word());
    let mut tx = pipeline.pool.begin().await?;
    let made = tokens::make(&mut tx, &text, new, MOST).await?;
    tx.commit().await?;
    Ok(match made {
        Made::Kept => Ok(text),
        Made::TooMany | Made::SignedOut => Err(made),
    })
}

/// A token that was brought and is good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Good {
    /// Its number.
    pub id: i64,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Its owner's login.
    pub login: String,
    /// What its owner is and may read now; none: in the demo, where nobody signs in.
    pub place: Option<Box<SignedIn>>,
}

/// What a text that was brought as a token is worth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Worth {
    /// Nothing: it is none, was revoked or ended, or its owner doesn't belong there any more.
    Nothing,
    /// The code host can't be asked whether its owner still belongs there.
    Unsure,
    /// It is good.
    Good(Good),
}

/// The token that a text is; none: it is none of ours, or ended. What it is worth, [`worth`] says, for more.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn find(pipeline: &Pipeline, text: &str) -> Result<Option<Brought>, StepError> {
    if !access_token::is_written(text) {
        return Ok(None);
    }
    let now = pipeline.clock.now();
    Ok(tokens::find(&mut *pipeline.pool.acquire().await?, text, now).await?)
}

/// What a token that was brought as `text` is worth now; `by_sign_in` says whether people sign in here. Notes the hour of use.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn worth(pipeline: &Pipeline, text: &str, found: Brought, by_sign_in: bool) -> Result<Worth, StepError> {
    let now = pipeline.clock.now();
    let place = if by_sign_in {
        match visits::visit_by_token(pipeline, text).await? {
            Visit::In(place) => Some(place),
            Visit::Unsure => return Ok(Worth::Unsure),
            Visit::Nobody | Visit::Outside | Visit::Choose => return Ok(Worth::Nothing),
        }
    } else {
        None
    };
    let hour = hour_of(now);
    if found.used_at.is_none_or(|used| used < hour) {
        tokens::used(
            &mut *pipeline.pool.acquire().await?,
            (found.installation, found.id),
            hour,
        )
        .await?;
    }
    Ok(Worth::Good(Good {
        id: found.id,
        scopes: found.scopes.iter().filter_map(|word| Scope::from_word(word)).collect(),
        login: found.login,
        place,
    }))
}

/// The hour that a time is in.
fn hour_of(at: Time) -> Time {
    at.duration_trunc(Duration::hours(1)).unwrap_or(at)
}
