//! Who knows which file, as far as merged pull requests tell, and who of them is active.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

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
use crate::skill::modules::Modules;
use crate::store::past;
use crate::store::past::PastPull;
use crate::store::profiles;
use crate::store::reader::Reader;
use crate::store::seen;
use crate::store::seen::Seen;

/// Days of pull requests that are looked at: the same four years as the ranker's.
const WINDOW_DAYS: i64 = 4 * 365;

/// What somebody is called who didn't agree to be named, where the organisation wants that.
pub const ONE_PERSON: &str = "one person";
/// What a reader must know then.
const ONLY_WHO_AGREED: &str =
    "Only people are named who said that they may be asked: the organisation's settings want it so.";

/// Who knows what, of what the reader may read.
#[derive(Clone, Debug)]
pub struct Knowers {
    /// What merged pull requests tell.
    pub told: Told,
    at: Time,
    logins: HashMap<PersonId, String>,
    seen: HashMap<PersonId, Seen>,
    left: HashSet<PersonId>,
    /// Who may be named; none: everybody.
    agreed: Option<HashSet<PersonId>>,
    reads_everything: bool,
}

/// What merged pull requests tell, one after the other, of which none is kept.
#[derive(Clone, Default, Debug)]
pub struct Told {
    /// The known files, by repository and path.
    pub files: BTreeMap<(RepoId, String), KnownFile>,
    /// What was done in which module.
    pub modules: Modules,
    /// Merged pull requests.
    pub pulls: usize,
    /// Of these, how many have only the files that comments stand on.
    pub partly_known: usize,
}

impl Told {
    fn take(&mut self, pull: PastPull) {
        self.pulls += 1;
        self.partly_known += usize::from(!pull.files_known);
        let mut touched = BTreeSet::new();
        for path in pull.files {
            let module = module_of(&pull.repo_name, &path);
            let whole = format!("{}/{path}", pull.repo_name);
            let file = self.files.entry((pull.repo, path)).or_insert_with(|| KnownFile {
                module: module.clone(),
                path: whole,
                knowers: BTreeMap::new(),
            });
            if let Some(author) = pull.author {
                file.knowers.entry(author).or_default().wrote += 1;
            }
            for reviewer in &pull.reviewers {
                file.knowers.entry(*reviewer).or_default().reviewed += 1;
            }
            touched.insert(module);
        }
        self.modules.take(pull.author, &pull.reviewers, touched);
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
            limit: None,
        };
        // The operator's own settings say nothing of files.
        let settings = settings::of_repos(conn, &Settings::default(), id).await?;
        let mut told = Told::default();
        past::each(conn, reader, span, |mut pull| {
            if pull.merged_at.is_some() {
                pull.files.retain(|path| !settings.of(pull.repo).ignores_path(path));
                told.take(pull);
            }
        })
        .await?;
        Ok(Self {
            told,
            ..Self::people(conn, reader, at).await?
        })
    }

    /// The same without files: only who there is, and who of them is active at `at`.
    ///
    /// # Errors
    /// [`StepError::Store`] when the database can't tell.
    pub async fn people(conn: &mut PgConnection, reader: &Reader, at: Time) -> Result<Self, StepError> {
        let id = reader.installation();
        Ok(Self {
            told: Told::default(),
            at,
            logins: profiles::logins(conn, id).await?,
            seen: seen::seen(conn, reader, at).await?,
            left: past::who_left(conn, id, at).await?,
            agreed: settings::who_agreed(conn, id).await?,
            reads_everything: reader.reads_everything(),
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

    /// Whether somebody may be named: they may appear, and agreed where the organisation wants that.
    #[must_use]
    pub fn may_be_named(&self, person: PersonId) -> bool {
        self.login(person).is_some()
    }

    /// The login of somebody who may be named.
    #[must_use]
    pub fn login(&self, person: PersonId) -> Option<&str> {
        let agreed = self.agreed.as_ref().is_none_or(|agreed| agreed.contains(&person));
        self.logins.get(&person).filter(|_| agreed).map(String::as_str)
    }

    /// The login of somebody who may be named, or [`ONE_PERSON`]; none for whoever may not appear.
    #[must_use]
    pub fn called(&self, person: PersonId) -> Option<&str> {
        let appears = self.logins.contains_key(&person);
        appears.then(|| self.login(person).unwrap_or(ONE_PERSON))
    }

    /// Those of the people who are members still and may be named, with when they were last seen, by login.
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

    /// What a reader must know.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.agreed.is_some() {
            notes.push(ONLY_WHO_AGREED.to_owned());
        }
        if self.told.files.is_empty() {
            return notes;
        }
        notes.push(
            "Known are the files that merged pull requests of the last four years changed; one that was deleted since still counts.".to_owned(),
        );
        if self.told.partly_known > 0 {
            notes.push(format!(
                "Of {} of {} pull requests only the files are known that comments stand on.",
                self.told.partly_known, self.told.pulls
            ));
        }
        if !self.reads_everything {
            notes.push("Only what you may read was looked at, also for when somebody was last seen.".to_owned());
        }
        notes
    }
}
