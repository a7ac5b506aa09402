//! Says on a pull request that changes a settings file what is wrong with it, or what it would change. The file of a head
//! is validated and never used.
use crate::forge::RepoAt;
use crate::forge::github::checks::Annotation;
use crate::forge::github::checks::CheckRun;
use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::settings::FILE;
use crate::model::settings::ORGANISATION_FILES;
use crate::model::settings::Settings;
use crate::model::settings::changes::changes;
use crate::model::settings::file::Partial;
use crate::model::settings::parse::Fault;
use crate::model::settings::parse::Scope;
use crate::model::wording;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::settings;
use crate::store;
use crate::store::pulls;
use crate::store::tenants;

/// The check run's name.
pub const NAME: &str = "Peerlore configuration";

/// Whether a pull request in a repository of this name that touches these files is to be checked.
pub fn concerns<'p>(repo: &str, mut paths: impl Iterator<Item = &'p str>) -> bool {
    paths.any(|path| files_of(repo).contains(&path))
}

fn files_of(repo: &str) -> &'static [&'static str] {
    match settings::scope(repo) {
        Scope::Organisation => &ORGANISATION_FILES,
        Scope::Repository => &ORGANISATION_FILES[..1],
    }
}

/// Posts the check run on the pull request's head, or edits the one that is there. It is neutral whatever it says.
///
/// What GitHub declines for good (no permission, a commit that is gone) is left at that.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn run(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    match show(pipeline, id, key).await {
        Err(StepError::Forge(error)) if !error.may_pass() => {
            tracing::warn!(repo.id = key.repo.0, pull.number = key.number, %error, "what the settings file does is not shown");
            Ok(())
        }
        done => done,
    }
}

async fn show(pipeline: &Pipeline, id: InstallationId, key: PullKey) -> Result<(), StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let (Some(pull), Some(repo), Some(tenant)) = (
        pulls::pull(&mut conn, id, key).await?,
        tenants::repo(&mut conn, id, key.repo).await?,
        tenants::installation(&mut conn, id).await?,
    ) else {
        return Ok(());
    };
    if tenant.silent || !pull.open || pull.head_sha.is_empty() {
        return Ok(());
    }
    let scope = settings::scope(&repo.name);
    let (below, own) = match scope {
        Scope::Organisation => (pipeline.settings.clone(), None),
        Scope::Repository => (
            settings::of_tenant(&mut conn, &pipeline.settings, id).await?,
            Some(key.repo),
        ),
    };
    let before = store::settings::in_force(&mut conn, id, own).await?;
    let own_skills = settings::own_skills(&mut conn, id).await?;
    drop(conn);
    let at = RepoAt {
        installation: tenant.external_id,
        owner: &repo.owner,
        name: &repo.name,
    };
    let found = settings::first(pipeline, &at, files_of(&repo.name), Some(&pull.head_sha)).await?;
    let path = found.as_ref().map_or(FILE, |(path, _)| *path);
    let says = found.as_ref().map(|(_, file)| settings::says(file, scope, &own_skills));
    let words = words(&below, before.as_ref(), says.as_ref());
    let run = CheckRun {
        name: NAME.to_owned(),
        head_sha: pull.head_sha,
        title: words.title,
        summary: words.summary,
        details_url: None,
        external_id: format!("settings:{}:{}", key.repo, key.number),
        annotations: annotations(path, says.as_ref()),
    };
    match pipeline.forge.find_check(&at, &run.head_sha, NAME).await? {
        // Its annotations stand already, and GitHub would add the same ones once more.
        Some(check) => {
            let same_faults = CheckRun {
                annotations: Vec::new(),
                ..run
            };
            pipeline.forge.edit_check(&at, check, &same_faults).await?;
        }
        None => drop(pipeline.forge.post_check(&at, &run).await?),
    }
    tracing::info!(
        repo.id = key.repo.0,
        pull.number = key.number,
        "a settings file was checked"
    );
    Ok(())
}

struct Words {
    title: String,
    summary: String,
}

/// What is said: `below` is what holds without the file, `before` the version in force, `says` the head's; none: no file.
fn words(below: &Settings, before: Option<&Partial>, says: Option<&Result<Partial, Vec<Fault>>>) -> Words {
    let none = Partial::default();
    let holds = below.with(before.unwrap_or(&none));
    let after = match says {
        Some(Err(faults)) => return broken(faults),
        Some(Ok(file)) => below.with(file),
        None => below.clone(),
    };
    let changed = changes(&holds, &after);
    let begin = if says.is_none() {
        "The file goes: what holds without it comes into force"
    } else {
        "The file is good"
    };
    if changed.is_empty() {
        return Words {
            title: format!("{begin}, and nothing changes"),
            summary: format!("{begin}. Nothing that is in force changes."),
        };
    }
    let lines: Vec<String> = changed.iter().map(|line| format!("    {line}")).collect();
    Words {
        title: match changed.as_slice() {
            [one] => one.clone(),
            more => format!("{} change", wording::count(more.len(), "key")),
        },
        summary: format!(
            "{begin}. Once this is merged into the default branch:\n\n{}\n",
            lines.join("\n")
        ),
    }
}

fn broken(faults: &[Fault]) -> Words {
    let lines: Vec<String> = faults.iter().map(|fault| format!("    {fault}")).collect();
    Words {
        title: format!("{} in the settings file", wording::count(faults.len(), "fault")),
        summary: format!(
            "Merged like this, the file changes nothing: the last good one stays in force. This check holds nothing up.\n\n{}\n",
            lines.join("\n")
        ),
    }
}

fn annotations(path: &str, says: Option<&Result<Partial, Vec<Fault>>>) -> Vec<Annotation> {
    let Some(Err(faults)) = says else {
        return Vec::new();
    };
    let one = |fault: &Fault| Annotation {
        path: path.to_owned(),
        line: fault.line,
        message: fault.message.clone(),
    };
    faults.iter().map(one).collect()
}
