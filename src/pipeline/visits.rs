//! Who visits the pages: sign-in, and what a session is worth now.
//!
//! The user's own token is used for the sign-in only. Later the App asks: whether they are a member still and as what, at
//! most every ten minutes a session and by one request at a time, and then about the private repositories that were asked
//! about longest ago. What the code host doesn't confirm for too long counts no more.
mod check;

use chrono::Duration;

use crate::forge::ForgeError;
use crate::forge::github::login;
use crate::model::clock::Time;
use crate::model::person::PersonKind;
use crate::model::role::Roles;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::settings;
use crate::pipeline::visits::check::Asked;
use crate::pipeline::visits::check::check;
use crate::pipeline::visits::check::owner_if_member;
use crate::pipeline::visits::check::wait_for_answer;
use crate::store::erasure;
use crate::store::people;
use crate::store::reader::Reader;
use crate::store::session_checks;
use crate::store::sessions;
use crate::store::sessions::Begun;
use crate::store::sessions::Limits;
use crate::store::sessions::Place;
use crate::store::sessions::Session;
use crate::store::sessions::Word;
use crate::store::tokens;

/// Minutes for which the code host's word on a membership counts.
const TRUSTED_MINUTES: i64 = 10;
/// Minutes more where the code host can't be asked.
const GRACE_MINUTES: i64 = 5;
/// Minutes in which a sign-in has to be finished.
const BEGUN_MINUTES: i64 = 10;
/// Days after which a session ends, used or not.
const WHOLE_DAYS: i64 = 30;
/// Days without use after which it ends.
const IDLE_DAYS: i64 = 7;
/// Hours after which its id is renewed.
const RENEW_HOURS: i64 = 24;
/// Hours for which the code host's word on a private repository counts.
const REPO_HOURS: i64 = 24;
/// Seconds for which requests under way may still bring the id before.
const OLD_ID_SECONDS: i64 = 60;

fn limits(now: Time) -> Limits {
    Limits {
        begun_after: now - Duration::days(WHOLE_DAYS),
        used_after: now - Duration::days(IDLE_DAYS),
        renewed_after: now - Duration::seconds(OLD_ID_SECONDS),
        repos_after: now - Duration::hours(REPO_HOURS),
        ends_after: now,
    }
}

/// A sign-in that was begun, for the browser.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Where it goes now, at the code host.
    pub address: String,
    /// What its cookie holds.
    pub browser: String,
}

/// Begins a sign-in that ends at `next`, a path of ours, and comes back to `redirect`.
///
/// # Errors
/// [`StepError`] where sign-in isn't configured or the database is away.
pub async fn begin(pipeline: &Pipeline, redirect: &str, next: &str) -> Result<Beginning, StepError> {
    let begun = pipeline.forge.begin_sign_in(redirect)?;
    let browser = login::random_word();
    let kept = Begun {
        verifier: begun.verifier,
        next: next.to_owned(),
        begun_at: pipeline.clock.now(),
    };
    let mut conn = pipeline.pool.acquire().await?;
    sessions::begin(&mut conn, &begun.state, &browser, &kept).await?;
    Ok(Beginning {
        address: begun.address,
        browser,
    })
}

/// How a sign-in ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finish {
    /// Signed in.
    In {
        /// What the session's cookie holds.
        word: String,
        /// Where to go: a path of ours.
        next: String,
    },
    /// It wasn't begun in this browser, was finished before, or took too long; or the code was refused.
    Void,
    /// They are no member of an organisation that has the App here.
    Outside {
        /// Their login.
        login: String,
    },
}

/// Finishes the sign-in that `state` and `browser` began. `old` is the word of a session that this browser has already: it
/// ends.
///
/// # Errors
/// [`StepError`] where the code host can't be asked or the database is away.
pub async fn finish(
    pipeline: &Pipeline,
    redirect: &str,
    (code, state, browser): (&str, &str, &str),
    old: Option<&str>,
) -> Result<Finish, StepError> {
    let now = pipeline.clock.now();
    let begun = sessions::take_begun(&mut *pipeline.pool.acquire().await?, state, browser).await?;
    let Some(begun) = begun.filter(|begun| now - begun.begun_at < Duration::minutes(BEGUN_MINUTES)) else {
        return Ok(Finish::Void);
    };
    let signed = match pipeline.forge.finish_sign_in(redirect, code, &begun.verifier).await {
        Err(ForgeError::Declined { .. }) => return Ok(Finish::Void),
        signed => signed?,
    };
    let mut places = Vec::new();
    for reach in &signed.installations {
        let tenant = session_checks::tenant_of(&mut *pipeline.pool.acquire().await?, reach.external).await?;
        let Some(tenant) = tenant else { continue };
        if erasure::is_erased(&mut *pipeline.pool.acquire().await?, tenant.id, signed.actor.id).await? {
            continue;
        }
        let owner = match owner_if_member(&pipeline.forge, &tenant, &signed.actor).await {
            Err(error @ ForgeError::Forbidden { .. }) => {
                tracing::warn!(installation.id = tenant.id.0, %error, "an organisation lets nobody sign in");
                None
            }
            owner => owner?,
        };
        if let Some(owner) = owner {
            places.push(Place {
                installation: tenant.id,
                owner,
                private: reach.private.clone(),
            });
        }
    }
    if places.is_empty() || signed.actor.kind != PersonKind::Human {
        return Ok(Finish::Outside {
            login: signed.actor.login,
        });
    }
    let word = login::random_word();
    let mut tx = pipeline.pool.begin().await?;
    for place in &places {
        people::see(&mut tx, place.installation, &signed.actor, now).await?;
    }
    if let Some(old) = old {
        sessions::end(&mut tx, old).await?;
    }
    let who = (signed.actor.id, signed.actor.login.as_str());
    sessions::open(&mut tx, &word, who, &places, now).await?;
    tx.commit().await?;
    tracing::info!(places = places.len(), "somebody signed in");
    Ok(Finish::In { word, next: begun.next })
}

/// What a session's word is worth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Visit {
    /// Nothing: there is no such session, or it ended.
    Nobody,
    /// They belong nowhere any more, or the App is suspended there.
    Outside,
    /// They have a place in several installations and have to choose one.
    Choose,
    /// The code host can't be asked whether they still belong here.
    Unsure,
    /// Signed in.
    In(Box<SignedIn>),
}

/// Somebody signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedIn {
    /// The session's number.
    pub session: i64,
    /// Their login.
    pub login: String,
    /// The organisation that they look at.
    pub organisation: String,
    /// They have a place in others too.
    pub has_others: bool,
    /// What they may read.
    pub reader: Reader,
    /// Private repositories were not asked about for so long that they don't count any more: another sign-in brings them
    /// back.
    pub some_are_stale: bool,
    /// The word that the cookie has to hold from now on.
    pub renewed: Option<String>,
}

/// What the session that a cookie's `word` names is worth now; asks the code host where its word is old. The session is renewed only where the
/// browser `can_be_given` a new word.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn visit(pipeline: &Pipeline, word: &str, can_be_given: bool) -> Result<Visit, StepError> {
    visit_by(pipeline, Word::Cookie(word), can_be_given).await
}

/// What the session that a token owns is worth now, by the same rules.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn visit_by_token(pipeline: &Pipeline, token: &str) -> Result<Visit, StepError> {
    visit_by(pipeline, Word::Token(token), false).await
}

async fn visit_by(pipeline: &Pipeline, word: Word<'_>, can_be_given: bool) -> Result<Visit, StepError> {
    let now = pipeline.clock.now();
    let mut found = find(pipeline, word, now).await?;
    if let Some((session, place)) = found.as_ref().and_then(|one| Some((one, one.place.as_ref()?)))
        && (place.heard_leaving || now - place.checked_at >= Duration::minutes(TRUSTED_MINUTES))
    {
        let asked = match check(pipeline, session, place, now).await? {
            Asked::Answered => true,
            Asked::Failed => false,
            Asked::BySomebodyElse => wait_for_answer(pipeline, word, place).await?,
        };
        let trusted = now - place.checked_at < Duration::minutes(TRUSTED_MINUTES + GRACE_MINUTES);
        if !asked && (place.heard_leaving || !trusted) {
            return Ok(Visit::Unsure);
        }
        found = find(pipeline, word, now).await?;
    }
    let Some(session) = found else {
        return Ok(Visit::Nobody);
    };
    let Some(place) = session.place.clone().filter(|place| !place.silent) else {
        return Ok(if session.places > i64::from(session.place.is_some()) {
            Visit::Choose
        } else {
            Visit::Outside
        });
    };
    let renewed = match word {
        Word::Cookie(word) => keep_alive(pipeline, (word, can_be_given), &session, now).await?,
        Word::Token(_) => None,
    };
    let mut conn = pipeline.pool.acquire().await?;
    let leads = settings::of_tenant(&mut conn, &pipeline.settings, place.installation)
        .await?
        .leads;
    drop(conn);
    let roles = Roles::of(place.owner, &session.login, &place.maintains, &leads);
    Ok(Visit::In(Box::new(SignedIn {
        session: session.id,
        login: session.login,
        organisation: place.organisation,
        has_others: session.places > 1,
        reader: Reader::member(place.installation, session.user, roles, place.private),
        some_are_stale: place.some_are_stale,
        renewed,
    })))
}

async fn find(pipeline: &Pipeline, word: Word<'_>, now: Time) -> Result<Option<Session>, StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    Ok(sessions::find(&mut conn, word, limits(now)).await?)
}

/// Notes the use, once an hour, and renews the id, once a day; gives the new one.
async fn keep_alive(
    pipeline: &Pipeline,
    (word, can_be_given): (&str, bool),
    session: &Session,
    now: Time,
) -> Result<Option<String>, StepError> {
    if can_be_given && session.is_current && now - session.renewed_at >= Duration::hours(RENEW_HOURS) {
        let new = login::random_word();
        let mut conn = pipeline.pool.acquire().await?;
        return Ok(sessions::renew(&mut conn, word, &new, now).await?.then_some(new));
    }
    if now - session.used_at >= Duration::hours(1) {
        sessions::used(&mut *pipeline.pool.acquire().await?, session.id, now).await?;
    }
    Ok(None)
}

/// The number of the session that `word` names; none: there is none.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn number(pipeline: &Pipeline, word: &str) -> Result<Option<i64>, StepError> {
    let found = find(pipeline, Word::Cookie(word), pipeline.clock.now()).await?;
    Ok(found.map(|session| session.id))
}

/// Forgets sessions and tokens that ended of themselves and sign-ins that were never finished; gives how many sessions of browsers.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn expire(pipeline: &Pipeline) -> Result<u64, StepError> {
    let now = pipeline.clock.now();
    let mut conn = pipeline.pool.acquire().await?;
    tokens::expire(&mut conn, now).await?;
    Ok(sessions::expire(&mut conn, limits(now), now - Duration::minutes(BEGUN_MINUTES)).await?)
}

/// The session's number and the organisations where its person has a place; none: there is no such session.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn organisations(pipeline: &Pipeline, word: &str) -> Result<Option<(i64, Vec<String>)>, StepError> {
    let Some(session) = number(pipeline, word).await? else {
        return Ok(None);
    };
    let places = sessions::places(&mut *pipeline.pool.acquire().await?, session).await?;
    Ok(Some((session, places.into_iter().map(|(_, login)| login).collect())))
}

/// Looks at the organisation with this login from now on. False: the person has no place there.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn choose(pipeline: &Pipeline, word: &str, login: &str) -> Result<bool, StepError> {
    let Some(session) = number(pipeline, word).await? else {
        return Ok(false);
    };
    let mut conn = pipeline.pool.acquire().await?;
    let places = sessions::places(&mut conn, session).await?;
    let Some((id, _)) = places.into_iter().find(|(_, one)| one.eq_ignore_ascii_case(login)) else {
        return Ok(false);
    };
    Ok(sessions::choose(&mut conn, session, id).await?)
}

/// Ends the session that `word` names.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn end(pipeline: &Pipeline, word: &str) -> Result<(), StepError> {
    sessions::end(&mut *pipeline.pool.acquire().await?, word).await?;
    Ok(())
}

/// Ends every session of the person whose session `word` names, and with them their access tokens.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn end_everywhere(pipeline: &Pipeline, word: &str) -> Result<(), StepError> {
    if let Some(session) = find(pipeline, Word::Cookie(word), pipeline.clock.now()).await? {
        sessions::end_all(&mut *pipeline.pool.acquire().await?, session.user).await?;
    }
    Ok(())
}
