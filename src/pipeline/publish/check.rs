//! Shows the stored suggestion as a neutral check run: one on each head, edited in place.
use sqlx::PgConnection;

use crate::forge::github::checks::CheckRun;
use crate::model::ids::CheckId;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::suggestion::Suggestion;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::publish::Unposted;
use crate::pipeline::publish::around::Around;
use crate::store::checks;
use crate::store::checks::Shown;
use crate::store::reviews;
use crate::store::reviews::AskedAlready;
use crate::store::suggestions;
use crate::suggest::words;

/// The name by which it is told apart from other checks.
pub const NAME: &str = "Peerlore";

/// Posts the check run on the head that the suggestion was made for, or edits the one that is there, until it says what
/// is stored: somebody may opt out while it is being written.
pub async fn show(pipeline: &Pipeline, id: InstallationId, key: PullKey, unposted: Unposted) -> Result<(), StepError> {
    while show_once(pipeline, id, key, unposted).await? {}
    Ok(())
}

/// Takes whoever opted out of the check runs of a pull request, of earlier heads too.
pub async fn redact(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    show(pipeline, id, key, Unposted::Leave).await?;
    let mut tx = pipeline.pool.begin().await?;
    suggestions::hold_pull(&mut tx, id, key).await?;
    let Some(around) = Around::read(&mut tx, pipeline, (id, key)).await? else {
        return Ok(());
    };
    let (title, summary) = words::nobody_in_check();
    for shown in checks::of_pull(&mut tx, id, key).await? {
        if shown.presentable {
            continue;
        }
        let run = run(&around, key, (&shown.head, &title, &summary));
        pipeline.forge.edit_check(&around.at(), shown.check, &run).await?;
        checks::set(&mut tx, (id, key), (shown.check, &shown.head), (&title, &summary), &[]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Writes the check run where it doesn't say what is stored; gives whether it was written.
async fn show_once(
    pipeline: &Pipeline,
    id: InstallationId,
    key: PullKey,
    unposted: Unposted,
) -> Result<bool, StepError> {
    let mut tx = pipeline.pool.begin().await?;
    suggestions::hold_pull(&mut tx, id, key).await?;
    let (Some(around), Some(stored)) = (
        Around::read(&mut tx, pipeline, (id, key)).await?,
        suggestions::of_pull(&mut tx, id, key).await?,
    ) else {
        return Ok(false);
    };
    let around = around.with_votes(&mut tx, pipeline, (id, key, &stored)).await?;
    let noted = checks::of_pull(&mut tx, id, key).await?;
    let noted = noted.into_iter().find(|shown| shown.head == stored.head);
    if stored.head.is_empty() || (noted.is_none() && unposted == Unposted::Leave) {
        return Ok(false);
    }
    let (title, summary) = match (words::check(&stored.suggestion, &around.links()), &noted) {
        (Some(text), _) => text,
        (None, Some(_)) => words::nobody_in_check(),
        (None, None) => return Ok(false),
    };
    let same = |shown: &Shown| shown.title == title && shown.summary == summary && shown.presentable;
    if noted.as_ref().is_some_and(same) {
        return Ok(false);
    }
    let run = run(&around, key, (&stored.head, &title, &summary));
    let check = write(
        &mut tx,
        pipeline,
        (id, key, &around),
        noted.map(|shown| shown.check),
        &run,
    )
    .await?;
    let people = named(&mut tx, pipeline, (id, key), (&stored.suggestion, &around)).await?;
    checks::set(&mut tx, (id, key), (check, &stored.head), (&title, &summary), &people).await?;
    tx.commit().await?;
    Ok(true)
}

/// Edits the run that is noted, else ours that is there, else posts one.
async fn write(
    conn: &mut PgConnection,
    pipeline: &Pipeline,
    (id, key, around): (InstallationId, PullKey, &Around),
    noted: Option<CheckId>,
    run: &CheckRun,
) -> Result<CheckId, StepError> {
    let at = around.at();
    let there = match noted {
        Some(check) => Some(check),
        None => match pipeline.forge.find_check(&at, &run.head_sha, NAME).await? {
            // Two pull requests can have one head; each has a run of its own.
            Some(check) if checks::is_of_another(conn, id, key, check).await? => None,
            found => found,
        },
    };
    if let Some(check) = there {
        pipeline.forge.edit_check(&at, check, run).await?;
        return Ok(check);
    }
    let check = pipeline.forge.post_check(&at, run).await?;
    tracing::info!(
        repo.id = around.repo.id.0,
        pull.number = key.number,
        check.id = check.0,
        "suggestion shown as a check"
    );
    Ok(check)
}

fn run(around: &Around, key: PullKey, (head, title, summary): (&str, &str, &str)) -> CheckRun {
    CheckRun {
        name: NAME.to_owned(),
        head_sha: head.to_owned(),
        title: title.to_owned(),
        summary: summary.to_owned(),
        details_url: around.links().details_url.map(str::to_owned),
        external_id: key.number.to_string(),
        annotations: Vec::new(),
    }
}

/// Everybody whom the text can name.
async fn named(
    conn: &mut PgConnection,
    pipeline: &Pipeline,
    (id, key): (InstallationId, PullKey),
    (suggestion, around): (&Suggestion, &Around),
) -> Result<Vec<i64>, StepError> {
    let mut people: Vec<i64> = around.asked.iter().map(|pick| pick.person.0).collect();
    people.extend(suggestion.picked().into_iter().map(|person| person.0));
    for asked in reviews::asked(conn, id, key, pipeline.clock.now()).await? {
        if let AskedAlready::Person(person, _) = asked {
            people.push(person.0);
        }
    }
    people.sort_unstable();
    people.dedup();
    Ok(people)
}
