//! What would have been: an organisation's past under our picks, and what would have been said on one pull request.
//!
//! Nothing is stored and nothing is posted. Only what the reader may read is looked at, and who opted out is in none of it. [`kept`] remembers
//! the last replays between looks, [`summary`] is what they come to as JSON.
pub mod kept;
pub mod summary;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::btree_map::Entry;
use std::hash::Hash;
use std::hash::Hasher;

use chrono::Duration;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::ids::RepoId;
use crate::model::ids::TeamId;
use crate::model::settings::Settings;
use crate::model::suggestion::Suggestion;
use crate::pipeline::StepError;
use crate::pipeline::aside::aside;
use crate::pipeline::gather;
use crate::pipeline::gather::Knowledge;
use crate::pipeline::gather::Question;
use crate::pipeline::pasts::Pasts;
use crate::pipeline::places;
use crate::pipeline::settings;
use crate::store;
use crate::store::past;
use crate::store::past::PastPull;
use crate::store::people;
use crate::store::pulls::Pull;
use crate::store::reader::Reader;
use crate::store::tenants;
use crate::store::tenants::Repo;
use crate::suggest::query::Grouping;
use crate::suggest::replay;
pub use crate::suggest::replay::Asked;
pub use crate::suggest::replay::Budget;
pub use crate::suggest::replay::CORE;
pub use crate::suggest::replay::ENOUGH;
pub use crate::suggest::replay::Estimate;
pub use crate::suggest::replay::FEWEST_PEOPLE;
pub use crate::suggest::replay::Figures;
pub use crate::suggest::replay::Policy;
pub use crate::suggest::replay::REVIEWS_A_LEARNER;
pub use crate::suggest::replay::Report;
pub use crate::suggest::replay::words;
use crate::suggest::words as comment_words;

/// Pull requests that are looked at, the newest.
const HISTORY_PULLS: i64 = 20_000;
/// Pull requests that are asked about where nobody says how many.
pub const USUAL: usize = 500;
/// Pull requests that are asked about at most.
pub const MOST: usize = 2_000;

/// A past that can be replayed.
#[derive(Clone, Debug)]
pub struct History {
    pulls: Vec<replay::Pull>,
    teams: BTreeMap<PersonId, Vec<TeamId>>,
    settings: BTreeMap<RepoId, Settings>,
    repos: BTreeMap<RepoId, (String, String)>,
}

/// What a replay found, with the names of repositories.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it found.
    pub report: Report,
    repos: BTreeMap<RepoId, (String, String)>,
}

impl Told {
    /// The owner and name of a repository.
    #[must_use]
    pub fn repo(&self, id: RepoId) -> (&str, &str) {
        self.repos
            .get(&id)
            .map_or(("", ""), |(owner, name)| (owner.as_str(), name.as_str()))
    }
}

impl History {
    /// Reads what the reader may read, of one repository or of all, as it is known at `now`; `base` are the operator's settings.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database can't tell.
    pub async fn read(
        conn: &mut PgConnection,
        reader: &Reader,
        repo: Option<RepoId>,
        (base, now): (&Settings, Time),
    ) -> Result<Self, StepError> {
        let id = reader.installation();
        let span = past::Span {
            repo,
            since: Time::UNIX_EPOCH,
            before: now,
            limit: Some(HISTORY_PULLS),
        };
        let mut pulls = past::past_pulls(conn, reader, span).await?;
        let mut of_repo: BTreeMap<RepoId, Settings> = BTreeMap::new();
        for pull in &mut pulls {
            let known = match of_repo.entry(pull.repo) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(settings::in_force(conn, base, id, pull.repo).await?),
            };
            pull.files.retain(|path| !known.ignores_path(path));
        }
        let of_tenant = settings::of_tenant(conn, base, id).await?;
        let places = places::known(conn, id, &of_tenant.teams, (now, true)).await?;
        let mut teams: BTreeMap<PersonId, Vec<TeamId>> = BTreeMap::new();
        // Circles are found from who reviews whom, so that who reviews across them says little.
        let are_teams = places.grouping == Grouping::Teams;
        for place in places.places.iter().filter(|place| are_teams && place.direct) {
            teams.entry(place.person).or_default().push(place.team);
        }
        for teams in teams.values_mut() {
            teams.sort_unstable();
        }
        let repos = tenants::repos(conn, id).await?;
        let read: BTreeSet<RepoId> = pulls.iter().map(|pull| pull.repo).collect();
        Ok(Self {
            pulls: pulls.into_iter().map(as_pull).collect(),
            teams,
            settings: of_repo,
            repos: repos
                .into_iter()
                .filter(|repo| read.contains(&repo.id))
                .map(|repo| (repo.id, (repo.owner, repo.name)))
                .collect(),
        })
    }

    /// Replays it, the last so many reviewed pull requests and [`MOST`] at most, beside everything else that goes on.
    ///
    /// # Errors
    /// [`StepError::Unreadable`] when the process ends meanwhile.
    pub async fn replay(self, last: usize, seed: u64) -> Result<Told, StepError> {
        aside(move || self.told(last, seed)).await
    }

    fn told(self, last: usize, seed: u64) -> Told {
        let past = replay::Past {
            pulls: &self.pulls,
            teams: &self.teams,
            settings: &self.settings,
            last: last.min(MOST),
            seed,
        };
        Told {
            report: replay::replay(&past),
            repos: self.repos,
        }
    }
}

/// All that a replay rests on, and the names that it is told with.
impl Hash for History {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.pulls, &self.teams, &self.repos).hash(state);
        for (repo, settings) in &self.settings {
            // All of them, since which ones spare people is not decided here.
            (repo, format!("{settings:?}")).hash(state);
        }
    }
}

fn as_pull(pull: PastPull) -> replay::Pull {
    replay::Pull {
        key: PullKey {
            repo: pull.repo,
            number: pull.number,
        },
        author: pull.author,
        opened: pull.created_at,
        closed: pull.closed_at,
        merged: pull.merged_at.is_some(),
        reviewers: pull.reviewers,
        files: pull.files,
        files_known: pull.files_known,
    }
}

/// What would have been said on one pull request when it was opened.
#[derive(Clone, PartialEq, Debug)]
pub enum Hindsight {
    /// This, as a comment where anybody would have been named.
    Said {
        /// The suggestion.
        suggestion: Suggestion,
        /// The comment's text, in Markdown.
        comment: Option<String>,
    },
    /// Nothing, since the settings leave such pull requests out, or a bot opened it.
    Nothing,
}

/// What would have been said on a pull request, by what was known before it was opened.
///
/// Whoever may read its repository may read this: the same that may be said on the pull request itself.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn of_pull(
    conn: &mut PgConnection,
    (base, pasts): (&Settings, &Pasts),
    (repo, pull, key): (&Repo, &Pull, PullKey),
) -> Result<Hindsight, StepError> {
    let id = repo.installation;
    let settings = settings::in_force(conn, base, id, repo.id).await?;
    let (author, labels) = store::settings::marks_of_pull(conn, id, key).await?;
    if pull.by_bot || settings.ignores(author.as_deref(), &labels, false).is_some() {
        return Ok(Hindsight::Nothing);
    }
    let question = Question {
        key,
        author: pull.author,
        files: None,
        at: pull.created_at,
        knowledge: Knowledge::Then,
    };
    let known = gather::known(conn, id, &question, (&settings, pasts)).await?;
    let suggestion = known
        .suggest(&settings, pull.created_at, key.number.unsigned_abs().into())
        .told();
    let name = format!("{}/{}", repo.owner, repo.name);
    let links = comment_words::CommentLinks {
        details_url: None,
        docs_url: None,
        repo: &name,
        asked: &[],
        votes: &[],
    };
    let comment = comment_words::comment(&suggestion, &links);
    let comment = comment.map(|text| text.replace(comment_words::MARKER, "").trim().to_owned());
    Ok(Hindsight::Said { suggestion, comment })
}

/// The logins of those who reviewed a pull request, by name; who may not appear is left out.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn reviewers(
    conn: &mut PgConnection,
    reader: &Reader,
    (pull, key): (&Pull, PullKey),
    now: Time,
) -> Result<Vec<String>, StepError> {
    let span = past::Span {
        repo: Some(key.repo),
        since: pull.created_at,
        before: pull
            .closed_at
            .map_or(now, |closed| closed.max(pull.created_at) + Duration::seconds(1)),
        limit: Some(HISTORY_PULLS),
    };
    let around = past::past_pulls(conn, reader, span).await?;
    let found = around.into_iter().find(|other| other.number == key.number);
    let names = logins(conn, reader).await?;
    let reviewers = found.map(|found| found.reviewers).unwrap_or_default();
    let mut reviewers: Vec<String> = reviewers
        .iter()
        .filter_map(|person| names.get(person).cloned())
        .collect();
    reviewers.sort_unstable_by_key(|login| login.to_lowercase());
    Ok(reviewers)
}

/// The logins of everybody who may appear.
///
/// # Errors
/// [`StepError::Store`] when the database can't tell.
pub async fn logins(conn: &mut PgConnection, reader: &Reader) -> Result<HashMap<PersonId, String>, StepError> {
    let people = people::standing(conn, reader.installation()).await?;
    Ok(people.into_iter().map(|person| (person.id, person.login)).collect())
}
