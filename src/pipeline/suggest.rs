//! Who could review a pull request: asks the ranker, stores and shows what it says.
use std::collections::BTreeSet;

use chrono::Duration;
use sqlx::Acquire;

use crate::forge::ForgeError;
use crate::forge::Permission;
use crate::forge::RepoAt;
use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::settings::Settings;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::busy;
use crate::pipeline::gather;
use crate::pipeline::gather::Knowledge;
use crate::pipeline::gather::Known;
use crate::pipeline::gather::Question;
use crate::pipeline::publish;
use crate::pipeline::recheck;
use crate::pipeline::settings;
use crate::store;
use crate::store::lifecycle;
use crate::store::pulls;
use crate::store::suggestions;
use crate::store::tenants;

/// Days after which nobody waits for a suggestion any more: a late or redelivered event makes none.
const STALE_DAYS: i64 = 14;
/// Picks that may turn out to have lost access before we say nobody.
const ACCESS_TRIES: usize = 3;

/// Makes the suggestion for one pull request and shows it where the settings say so.
///
/// None is made for drafts, closed pull requests, bots' pull requests, whatever else the settings ignore, and events that
/// nobody waits for any more.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    let now = pipeline.clock.now();
    let mut tx = pipeline.pool.begin().await?;
    suggestions::hold_pull(&mut tx, id, key).await?;
    let (Some(pull), Some(repo), Some(tenant)) = (
        pulls::pull(&mut tx, id, key).await?,
        tenants::repo(&mut tx, id, key.repo).await?,
        tenants::installation(&mut tx, id).await?,
    ) else {
        return Ok(());
    };
    let settings = settings::in_force(&mut tx, &pipeline.settings, id, key.repo).await?;
    if !is_due(&pull, now) || tenant.silent || lifecycle::is_archived(&mut tx, id, key.repo).await? {
        return Ok(());
    }
    let (author, labels) = store::settings::marks_of_pull(&mut tx, id, key).await?;
    if let Some(because_of) = settings.ignores(author.as_deref(), &labels, pull.draft) {
        tracing::info!(
            repo.id = key.repo.0,
            pull.number = key.number,
            because_of,
            "no suggestion, by the settings"
        );
        return Ok(());
    }
    let question = Question {
        key,
        author: pull.author,
        files: None,
        at: now,
        knowledge: Knowledge::Now,
    };
    let mut known = gather::known(&mut tx, id, &question, (&settings, &pipeline.pasts)).await?;
    let seed = key.number.unsigned_abs().into();
    let short = known.shortlist(&settings, now, seed);
    let away = busy::among(pipeline, &mut tx, (id, tenant.external_id), &short, now).await?;
    known.are_away(&away);
    let suggestion = loop {
        let at = (&repo, &tenant, key.number);
        let suggestion = answer(pipeline, &settings, at, &mut known, now).await?;
        // Others suggest at the same time: who has room is counted once more, with nobody else counting.
        let mut storing = tx.begin().await?;
        suggestions::hold_limits(&mut storing, id).await?;
        let shares = suggestions::shares(&mut storing, id, key, &suggestion.picked(), now).await?;
        known.recount(&shares);
        if known.has_room_for(&suggestion, &settings) {
            suggestions::set(&mut storing, id, key, (&suggestion, &pull.head_sha), now).await?;
            pulls::suggested(&mut storing, id, key, pull.suggest_wanted).await?;
            storing.commit().await?;
            break suggestion;
        }
        // Each round rules somebody out, so this ends. The others may go on while GitHub is asked.
        storing.rollback().await?;
    };
    // Whatever becomes of the comment, the page shows it.
    tx.commit().await?;
    tracing::info!(
        repo.id = key.repo.0,
        pull.number = key.number,
        expert = word(&suggestion.expert),
        learner = word(&suggestion.learner),
        "suggestion made"
    );
    publish::suggestion(pipeline, id, key, settings.surface).await
}

/// Whether somebody may wait for a suggestion: the pull request is open and no bot's, and what asked for it is not long
/// ago. The settings may say otherwise, of drafts above all.
#[must_use]
pub fn is_due(pull: &pulls::Pull, now: Time) -> bool {
    let fresh = pull
        .suggest_wanted_at
        .is_some_and(|wanted| now - wanted <= Duration::days(STALE_DAYS));
    pull.open && !pull.by_bot && fresh
}

fn word(slot: &Slot) -> &'static str {
    match slot {
        Slot::Picked(_) => "picked",
        Slot::AlreadyAsked { .. } => "already asked",
        Slot::Nobody { .. } => "nobody",
    }
}

/// Asks the ranker, and asks again without whoever can't read the repository any more. What became of these is asked, too.
async fn answer(
    pipeline: &Pipeline,
    settings: &Settings,
    (repo, tenant, number): (&tenants::Repo, &tenants::Installation, i32),
    known: &mut Known,
    now: Time,
) -> Result<Suggestion, StepError> {
    let seed = number.unsigned_abs().into();
    let mut suggestion = known.suggest(settings, now, seed);
    if !pipeline.forge.is_configured() {
        return Ok(suggestion);
    }
    let at = RepoAt {
        installation: tenant.external_id,
        owner: &repo.owner,
        name: &repo.name,
    };
    let mut may_read: BTreeSet<PersonId> = BTreeSet::new();
    for _ in 0..ACCESS_TRIES {
        let mut refused = Vec::new();
        let mut renamed = Vec::new();
        let mut no_owners = Vec::new();
        for slot in [&suggestion.expert, &suggestion.learner] {
            let Slot::Picked(pick) = slot else { continue };
            if may_read.contains(&pick.person) {
                continue;
            }
            let unknown = match pipeline.forge.permission(&at, &pick.login).await {
                Ok(permission) if permission >= Permission::Read => {
                    may_read.insert(pick.person);
                    if permission < Permission::Write && known.is_owner(pick.person) {
                        no_owners.push(pick.person);
                    }
                    continue;
                }
                Ok(_) => false,
                Err(ForgeError::NotFound { .. }) => true,
                Err(error) => return Err(error.into()),
            };
            match recheck::refused(pipeline, tenant, (pick.person, &pick.login, unknown), now).await? {
                Some(login) => renamed.push((pick.person, login)),
                None => refused.push(pick.person),
            }
        }
        if refused.is_empty() && renamed.is_empty() && no_owners.is_empty() {
            return Ok(suggestion);
        }
        for person in no_owners {
            known.is_no_owner(person);
        }
        for (person, login) in &renamed {
            known.is_renamed(*person, login);
        }
        known.refuse(&refused);
        suggestion = known.suggest(settings, now, seed);
    }
    // Whoever came up last was not asked about, so nobody is named.
    known.keep_only(&may_read);
    Ok(known.suggest(settings, now, seed))
}
