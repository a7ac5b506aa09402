//! Whom each policy of the literature would have chosen.
use crate::suggest::spread::history::History;
use crate::suggest::spread::history::LEVELS;
use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::day;
use crate::suggest::spread::history::mix;
use crate::suggest::spread::knowledge::Knowledge;
use crate::suggest::spread::knowledge::Place;
use crate::suggest::spread::record::Record;

/// Fewer available people than this who know a file make Sofia and `SofiaWL` spread knowledge.
const SOFIA_KNOWERS: usize = 3;

/// A way to choose reviewers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Policy {
    /// What happened, unchanged.
    Happened,
    /// Replaces one by anybody available who knows a file.
    Random,
    /// Replaces one by who knows most (Zanjani, Kagdi and Bird 2016).
    Chrev,
    /// Replaces one by who stays and would learn most (Mirsaeedi and Rigby 2020).
    TurnoverRec,
    /// `TurnoverRec` where a file is at risk, else `Chrev` (Mirsaeedi and Rigby 2020).
    Sofia,
    /// Sofia with regard to open reviews (Hajari et al. 2024).
    SofiaWl,
    /// Adds `TurnoverRec`'s choice where at least so many files are known by at most one available person. With one it is
    /// `TurnoverRec++`, with more Hoarded-n.
    Hoarded(usize),
}

/// What is known when a change is opened.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The places.
    pub history: &'a History,
    /// What really happened.
    pub record: &'a Record,
    /// What people know in this replay.
    pub knowledge: &'a Knowledge,
    /// How many open reviews everybody has in this replay.
    pub open: &'a [u32],
    /// The change's number.
    pub number: usize,
    /// Who wrote it.
    pub author: Option<Person>,
    /// Who really reviews it.
    pub reviewers: &'a [Person],
    /// What it changes.
    pub files: &'a [usize],
    /// Decides between equals.
    pub seed: u64,
}

impl View<'_> {
    /// How many available people reviewed a file, once those who really review it did.
    #[must_use]
    pub fn available_reviewers(&self, file: usize) -> usize {
        let file = &self.knowledge.files[file];
        let before = file.reviewers().filter(|person| self.record.available(*person)).count();
        // Whoever reviews this change is active when it closes.
        let new = self
            .reviewers
            .iter()
            .filter(|person| !file.has_reviewed(**person) || !self.record.available(**person));
        before + new.count()
    }

    /// How many files would have at most one available person who reviewed them.
    #[must_use]
    pub fn hoarded(&self) -> usize {
        self.files
            .iter()
            .filter(|file| self.available_reviewers(**file) <= 1)
            .count()
    }

    /// The available people who know something at the places of a level; never the author, nor who reviews anyway.
    #[must_use]
    pub fn candidates(&self, places: &[&Place]) -> Vec<Person> {
        let holders = places
            .iter()
            .flat_map(|place| place.holders.iter().map(|holder| holder.person));
        let free = |person: &Person| Some(*person) != self.author && !self.reviewers.contains(person);
        let mut people: Vec<Person> = holders
            .filter(free)
            .filter(|person| self.record.available(*person))
            .collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// The best by a score of person and places: first among those who know the files, then ever wider.
    fn best(&self, score: impl Fn(Person, &[&Place]) -> f64) -> Option<Person> {
        (0..=LEVELS).find_map(|level| {
            let places = self.knowledge.places(self.history, self.files, level);
            let scored = self
                .candidates(&places)
                .into_iter()
                .map(|person| (person, score(person, &places)));
            let best = scored.filter(|(_, score)| *score > 0.0).max_by(|a, b| {
                a.1.total_cmp(&b.1)
                    .then_with(|| self.chance(a.0).cmp(&self.chance(b.0)))
            });
            best.map(|(person, _)| person)
        })
    }

    /// What decides between equals.
    #[must_use]
    pub fn chance(&self, person: Person) -> u64 {
        mix(mix(self.seed, self.number), person)
    }

    fn turnover_rec(&self, person: Person) -> f64 {
        let stays = f64::from(self.record.active_months(person)) / 12.0;
        stays * self.record.share_of_work(person) * (1.0 - self.knowledge.share_known(person, self.files))
    }

    fn is_at_risk(&self) -> bool {
        self.files.iter().any(|file| {
            let holders = &self.knowledge.files[*file].holders;
            holders
                .iter()
                .filter(|holder| self.record.available(holder.person))
                .count()
                < SOFIA_KNOWERS
        })
    }

    fn with_load(&self, person: Person, places: &[&Place]) -> f64 {
        let folders = self.knowledge.places(self.history, self.files, 1);
        let today = day(self.record.now);
        let done = places.iter().chain(&folders).map(|place| recent(place, person, today));
        done.sum::<f64>() / (0.5 * f64::from(self.open[person])).exp()
    }
}

impl Policy {
    /// Its name in a table.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Happened => "happened".to_owned(),
            Self::Random => "random".to_owned(),
            Self::Chrev => "chrev".to_owned(),
            Self::TurnoverRec => "turnover_rec".to_owned(),
            Self::Sofia => "sofia".to_owned(),
            Self::SofiaWl => "sofia_wl".to_owned(),
            Self::Hoarded(0 | 1) => "turnover_rec_plus".to_owned(),
            Self::Hoarded(files) => format!("hoarded_{files}"),
        }
    }

    /// Whether it adds a reviewer, rather than to put one in another's place.
    #[must_use]
    pub fn adds(self) -> bool {
        matches!(self, Self::Hoarded(_))
    }

    /// Whom it chooses, if anybody. `view.reviewers` are those who stay.
    #[must_use]
    pub fn choose(self, view: &View<'_>) -> Option<Person> {
        match self {
            Self::Happened => None,
            Self::Random => view.best(|_, _| 1.0),
            Self::Chrev => view.best(expert),
            Self::Sofia if !view.is_at_risk() => view.best(expert),
            Self::SofiaWl if !view.is_at_risk() => view.best(|person, places| view.with_load(person, places)),
            Self::TurnoverRec | Self::Sofia | Self::SofiaWl => view.best(|person, _| view.turnover_rec(person)),
            Self::Hoarded(files) if view.hoarded() < files.max(1) => None,
            Self::Hoarded(_) => view.best(|person, _| view.turnover_rec(person)),
        }
    }
}

/// cHRev's score: the share of reviews and of review days, and how recent they are, summed over the places.
fn expert(person: Person, places: &[&Place]) -> f64 {
    let of = |place: &&Place| {
        let holder = place.of(person).filter(|holder| holder.reviews > 0)?;
        let since = days_since(holder.last_review, place.last_day);
        Some(
            f64::from(holder.reviews) / f64::from(place.reviews)
                + f64::from(holder.days) / f64::from(place.days)
                + 1.0 / since,
        )
    };
    places.iter().filter_map(of).sum()
}

/// How much somebody wrote and reviewed at a place, over the days since.
fn recent(place: &Place, person: Person, today: i64) -> f64 {
    place.of(person).map_or(0.0, |holder| {
        f64::from(holder.commits) / days_since(holder.last_commit, today)
            + f64::from(holder.reviews) / days_since(holder.last_review, today)
    })
}

/// Days between two days, at least one.
fn days_since(day: i64, today: i64) -> f64 {
    i32::try_from((today - day).max(1)).map_or(f64::INFINITY, f64::from)
}
