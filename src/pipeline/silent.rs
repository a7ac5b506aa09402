//! Silent experts: who knows a module and is hardly asked about it.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use chrono::Duration;
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::clock::days_between;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::pull::module_of;
use crate::model::settings::Settings;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::settings;
use crate::skill::decay;
use crate::skill::silent;
use crate::skill::silent::SilentExpert;
use crate::skill::silent::Work;
use crate::store::availability;
use crate::store::past;
use crate::store::past::PastPull;
use crate::store::people;
use crate::store::reader::Reader;
use crate::store::reviews;
use crate::store::tenants;

/// Days that are looked at (science.md section 3).
const WINDOW_DAYS: i64 = 365;

/// Own changes that are named at most.
const MOST_CHANGES: usize = 3;

/// Somebody who could be asked, with what stands behind it. No score.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CouldBeAsked {
    /// The module: repository and folder.
    pub module: String,
    /// Who.
    pub login: String,
    /// Own merged changes of the last year, faded by half in a year.
    pub evidence: f64,
    /// Merged changes by others in the module.
    pub others_changes: u32,
    /// Reviews given there, on merged changes by others.
    pub reviews: u32,
    /// Lower end of the 90% interval of given / expected reviews.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Reviews that would be expected there of as much own work.
    pub expected: f64,
    /// Their newest merged changes there, as `owner/name#number`.
    pub changes: Vec<String>,
}

/// The silent experts at `at` in what the reader may read, by module. Nobody who is away, left or opted out is named, and
/// where the organisation's settings say "opt-in" nobody who hasn't said that they may be asked.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn experts(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Vec<CouldBeAsked>, StepError> {
    let id = reader.installation();
    let since = at - Duration::days(WINDOW_DAYS);
    let span = past::Span {
        repo: None,
        since,
        before: at,
        limit: None,
    };
    // The operator's own settings say nothing of files.
    let of_repos = settings::of_repos(conn, &Settings::default(), id).await?;
    let mut year = Year::default();
    past::each(conn, reader, span, |mut pull| {
        pull.files.retain(|path| !of_repos.of(pull.repo).ignores_path(path));
        year.take(&pull);
    })
    .await?;
    let answers: HashMap<PersonId, reviews::Answers> = reviews::answers(conn, reader, since)
        .await?
        .into_iter()
        .map(|answer| (answer.person, answer))
        .collect();
    let people: HashMap<PersonId, people::Person> = people::standing(conn, id)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let left = past::who_left(conn, id, at).await?;
    let away = availability::away(conn, id, at).await?;
    let said_yes = settings::who_agreed(conn, id).await?;
    let may_be_named: HashSet<PersonId> = people
        .values()
        .filter(|person| !away.contains(&person.id) && !left.contains(&person.id))
        .filter(|person| said_yes.as_ref().is_none_or(|yes| yes.contains(&person.id)))
        .map(|person| person.id)
        .collect();
    let repos: HashMap<RepoId, String> = tenants::repos(conn, id)
        .await?
        .into_iter()
        .map(|repo| (repo.id, format!("{}/{}", repo.owner, repo.name)))
        .collect();
    let found = aside(move || {
        let found = silent::silent_experts(&year.work(at, &answers, &may_be_named));
        let newest = |one: SilentExpert| (year.newest(&one.work), one);
        found.into_iter().map(newest).collect::<Vec<_>>()
    });
    Ok(found
        .await?
        .into_iter()
        .filter_map(|(newest, found)| {
            let login = people.get(&found.work.person)?.login.clone();
            let named = |key: &PullKey| Some(format!("{}#{}", repos.get(&key.repo)?, key.number));
            Some(CouldBeAsked {
                expected: found.expected,
                changes: newest.iter().filter_map(named).collect(),
                module: found.work.module,
                login,
                evidence: found.work.evidence,
                others_changes: found.work.others_changes,
                reviews: found.work.reviews,
                low: found.low,
                high: found.high,
            })
        })
        .collect())
}

/// A merged change.
struct Merged {
    at: Time,
    author: PersonId,
    pull: PullKey,
}

#[derive(Default)]
struct InModule {
    changes: Vec<Merged>,
    reviews: HashMap<PersonId, u32>,
}

/// What pull requests of a year tell, one after the other, of which none is kept.
#[derive(Default)]
struct Year {
    modules: BTreeMap<String, InModule>,
    last_active: HashMap<PersonId, Time>,
}

impl Year {
    fn take(&mut self, pull: &PastPull) {
        for person in pull.author.iter().chain(&pull.reviewers) {
            let last = self.last_active.entry(*person).or_insert(pull.created_at);
            *last = (*last).max(pull.created_at);
        }
        // Reviews are counted on what others' changes are counted from: merged, by somebody who may appear.
        let (Some(author), Some(merged)) = (pull.author, pull.merged_at) else {
            return;
        };
        let touched: BTreeSet<String> = pull.files.iter().map(|path| module_of(&pull.repo_name, path)).collect();
        for module in touched {
            let module = self.modules.entry(module).or_default();
            let (repo, number) = (pull.repo, pull.number);
            module.changes.push(Merged {
                at: merged,
                author,
                pull: PullKey { repo, number },
            });
            for reviewer in &pull.reviewers {
                *module.reviews.entry(*reviewer).or_default() += 1;
            }
        }
    }

    /// The newest merged changes of a person in a module.
    fn newest(&self, of: &Work) -> Vec<PullKey> {
        let changes = self.modules.get(&of.module).map_or(&[][..], |module| &module.changes);
        let own = changes.iter().rev().filter(|merged| merged.author == of.person);
        own.take(MOST_CHANGES).map(|merged| merged.pull).collect()
    }

    /// Everybody's year in every module, whose changes stand in the order of time then.
    fn work(
        &mut self,
        at: Time,
        answers: &HashMap<PersonId, reviews::Answers>,
        may_be_named: &HashSet<PersonId>,
    ) -> Vec<Work> {
        let mut rows = Vec::new();
        for (name, module) in &mut self.modules {
            // Added up in one order, so that equal pasts give equal sums.
            module
                .changes
                .sort_unstable_by_key(|merged| (merged.at, merged.author, merged.pull));
            let mut evidence: BTreeMap<PersonId, (f64, u32)> = BTreeMap::new();
            for merged in &module.changes {
                let held = evidence.entry(merged.author).or_default();
                held.0 += decay::profile(days_between(merged.at, at));
                held.1 += 1;
            }
            let total: f64 = evidence.values().map(|(faded, _)| faded).sum();
            let changes = u32::try_from(module.changes.len()).unwrap_or(u32::MAX);
            for (person, (faded, own)) in evidence {
                let answered = answers.get(&person);
                let number = |count: i64| u32::try_from(count).unwrap_or(0);
                rows.push(Work {
                    person,
                    module: name.clone(),
                    evidence: faded,
                    share: if total > 0.0 { faded / total } else { 0.0 },
                    others_changes: changes - own,
                    reviews: module.reviews.get(&person).copied().unwrap_or(0),
                    idle_days: self
                        .last_active
                        .get(&person)
                        .map_or(f64::INFINITY, |last| days_between(*last, at)),
                    asked: answered.map(|answer| number(answer.asked)),
                    answered: answered.map(|answer| number(answer.answered)),
                    left_out: !may_be_named.contains(&person),
                });
            }
        }
        rows
    }
}
