//! How often areas come up in an organisation, beside which a profile holds what a person was told.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Duration;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::pipeline::StepError;
use crate::skill::learned;
use crate::skill::learned::CameUp;
use crate::store::profiles;
use crate::store::profiles::AreaRate;
use crate::store::profiles::LessonLine;
use crate::store::profiles::ReviewedPull;
use crate::store::reader::Reader;

/// Days over which the organisation's rates are taken (*judgement*: the window of the other yearly measures).
pub const RATE_DAYS: i64 = 365;

/// How often areas come up in an organisation, as far as one reader may know, at one time: read once for many profiles.
#[derive(Clone, Debug)]
pub struct Rates {
    pub(super) reader: Reader,
    pub(super) at: Time,
    of_language: BTreeMap<String, Vec<AreaRate>>,
}

impl Rates {
    /// As far as this reader may know at `at`; nothing is read yet.
    #[must_use]
    pub fn known_to(reader: &Reader, at: Time) -> Self {
        Self {
            reader: reader.clone(),
            at,
            of_language: BTreeMap::new(),
        }
    }

    /// Reads those of the languages that weren't asked for before.
    pub(super) async fn ask(&mut self, conn: &mut PgConnection, languages: BTreeSet<&str>) -> Result<(), StepError> {
        let new: Vec<&str> = languages
            .into_iter()
            .filter(|language| !self.of_language.contains_key(*language))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        let found = profiles::area_rates(conn, &self.reader, &new, self.at - Duration::days(RATE_DAYS)).await?;
        for language in new {
            self.of_language.insert(language.to_owned(), Vec::new());
        }
        for rate in found {
            self.of_language.entry(rate.language.clone()).or_default().push(rate);
        }
        Ok(())
    }

    /// Those of these lessons: of their areas in their languages.
    fn of<'r>(&'r self, got: &[&'r LessonLine]) -> impl Iterator<Item = &'r AreaRate> {
        let pairs: BTreeSet<(&str, &str)> = got
            .iter()
            .filter_map(|line| Some((line.language.as_deref()?, line.area.slug())))
            .collect();
        pairs.into_iter().filter_map(|(language, area)| {
            let rates = self.of_language.get(language)?;
            rates.iter().find(|rate| rate.area == area)
        })
    }

    /// Comments to be expected by chance on the pull requests after `last` that lie where these lessons were taught.
    pub(super) fn expected(&self, got: &[&LessonLine], (own, last): (&[ReviewedPull], Time)) -> f64 {
        let rates = self.of(got).map(|rate| {
            let came_up = CameUp {
                pulls: rate.pulls,
                told: rate.told,
            };
            (rate.language.as_str(), came_up)
        });
        let later = own.iter().filter(|pull| pull.created_at > last);
        learned::expected(later.map(|pull| pull.languages.as_slice()), &rates.collect())
    }
}
