//! Who knows which file, as far as merged pull requests tell, and who of them is active.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::hash_map::Entry;

use chrono::Duration;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::pull::module_of;
use crate::model::settings::Settings;
use crate::pipeline::StepError;
use crate::pipeline::settings;
use crate::skill::at_risk::ACTIVE_DAYS;
use crate::skill::at_risk::KnownFile;
use crate::skill::at_risk::Touches;
use crate::store::past;
use crate::store::past::PastPull;
use crate::store::profiles;
use crate::store::reader::Reader;
use crate::store::seen;
use crate::store::seen::Seen;

/// Days of pull requests that are looked at: the same four years as the ranker's.
const WINDOW_DAYS: i64 = 4 * 365;
/// Pull requests that are looked at, the newest.
const WINDOW_PULLS: i64 = 50_000;

/// Who knows what, of what the reader may read.
#[derive(Clone, Debug)]
pub struct Knowers {
    /// The known files, by repository and path.
    pub files: BTreeMap<(RepoId, String), KnownFile>,
    /// The modules, by name.
    pub modules: BTreeMap<String, ModuleWork>,
    /// Merged pull requests that tell of them.
    pub pulls: usize,
    /// Of these, how many have only the files that comments stand on.
    pub partly_known: usize,
    at: Time,
    logins: HashMap<PersonId, String>,
    seen: HashMap<PersonId, Seen>,
    left: HashSet<PersonId>,
}

/// What was done in a module, by merged pull requests.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ModuleWork {
    /// Who did what in it.
    pub people: BTreeMap<PersonId, Touches>,
    /// Modules that were changed together with it, and how often.
    pub beside: BTreeMap<String, u32>,
}

impl ModuleWork {
    /// The modules that were changed together with it most often.
    #[must_use]
    pub fn nearest(&self, most: usize) -> Vec<&str> {
        let mut beside: Vec<_> = self.beside.iter().collect();
        beside.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        beside
            .into_iter()
            .take(most)
            .map(|(module, _)| module.as_str())
            .collect()
    }
}

/// Somebody who is a member and wasn't seen for a while. Why is nobody's business.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
pub struct NotSeen {
    /// Who.
    pub login: String,
    /// When they were last seen, in what the reader may read.
    pub since: Time,
}

impl Knowers {
    /// Reads who knows what at `at`, in one repository or in all that the reader may read.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database can't tell.
    pub async fn read(
        conn: &mut PgConnection,
        reader: &Reader,
        repo: Option<RepoId>,
        at: Time,
    ) -> Result<Self, StepError> {
        let id = reader.installation();
        let span = past::Span {
            repo,
            since: at - Duration::days(WINDOW_DAYS),
            before: at,
            limit: WINDOW_PULLS,
        };
        let mut pulls = past::past_pulls(conn, reader, span).await?;
        pulls.retain(|pull| pull.merged_at.is_some());
        // The operator's own settings say nothing of files.
        let mut of_repo: HashMap<RepoId, Settings> = HashMap::new();
        for pull in &mut pulls {
            let known = match of_repo.entry(pull.repo) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(settings::in_force(conn, &Settings::default(), id, pull.repo).await?),
            };
            pull.files.retain(|path| !known.ignores_path(path));
        }
        Ok(Self {
            files: files(&pulls),
            modules: modules(&pulls),
            pulls: pulls.len(),
            partly_known: pulls.iter().filter(|pull| !pull.files_known).count(),
            at,
            logins: profiles::logins(conn, id).await?,
            seen: seen::seen(conn, reader, at).await?,
            left: past::who_left(conn, id, at).await?,
        })
    }

    /// Who is active: a member, and seen in the last 90 days.
    #[must_use]
    pub fn active(&self) -> BTreeSet<PersonId> {
        let from = self.at - Duration::days(ACTIVE_DAYS);
        let seen = self.seen.iter().filter(|(_, seen)| seen.last >= from);
        seen.map(|(person, _)| *person)
            .filter(|one| !self.left.contains(one))
            .collect()
    }

    /// The login of somebody who may appear.
    #[must_use]
    pub fn login(&self, person: PersonId) -> Option<&str> {
        self.logins.get(&person).map(String::as_str)
    }

    /// Those of the people who are members still, with when they were last seen, by login.
    pub fn not_seen(&self, people: impl IntoIterator<Item = PersonId>) -> Vec<NotSeen> {
        let told = people
            .into_iter()
            .filter(|one| !self.left.contains(one))
            .filter_map(|one| {
                Some(NotSeen {
                    login: self.login(one)?.to_owned(),
                    since: self.seen.get(&one)?.last,
                })
            });
        told.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Who wrote and reviewed which file.
fn files(pulls: &[PastPull]) -> BTreeMap<(RepoId, String), KnownFile> {
    let mut files: BTreeMap<(RepoId, String), KnownFile> = BTreeMap::new();
    for pull in pulls {
        for path in &pull.files {
            let file = files.entry((pull.repo, path.clone())).or_insert_with(|| KnownFile {
                module: module_of(&pull.repo_name, path),
                path: format!("{}/{path}", pull.repo_name),
                knowers: BTreeMap::new(),
            });
            if let Some(author) = pull.author {
                file.knowers.entry(author).or_default().wrote += 1;
            }
            for reviewer in &pull.reviewers {
                file.knowers.entry(*reviewer).or_default().reviewed += 1;
            }
        }
    }
    files
}

/// Who wrote and reviewed in which module, and which were changed together.
fn modules(pulls: &[PastPull]) -> BTreeMap<String, ModuleWork> {
    let mut modules: BTreeMap<String, ModuleWork> = BTreeMap::new();
    for pull in pulls {
        let touched: BTreeSet<String> = pull.files.iter().map(|path| module_of(&pull.repo_name, path)).collect();
        for name in &touched {
            let module = modules.entry(name.clone()).or_default();
            if let Some(author) = pull.author {
                module.people.entry(author).or_default().wrote += 1;
            }
            for reviewer in &pull.reviewers {
                module.people.entry(*reviewer).or_default().reviewed += 1;
            }
            for other in touched.iter().filter(|other| *other != name) {
                *module.beside.entry(other.clone()).or_default() += 1;
            }
        }
    }
    modules
}
