//! Our policy: a learner is added where it pays most, and nobody is ever replaced.
//!
//! What a person pays on a change is the number of its files that they would help out of risk, summed over the ends of the
//! next [`HORIZON`] quarters: the chance that they are still there then, times the chance that at most one of those who
//! reviewed the file is. Chances are learned from the past alone (`stay`). A file that nobody may be left for counts more,
//! since it needs two people to be safe again; what comes later counts less, and so does whoever was given many lately.
//! Whoever pays most is the learner, if that is worth the price. The price follows the budget, and a hard limit is never
//! passed. The constants were chosen by replays of golang-tools and cargo (docs/decisions/0027-adding-a-learner.md).
use std::collections::HashMap;

use crate::suggest::spread::going::Going;
use crate::suggest::spread::history::Person;
use crate::suggest::spread::knowledge::Place;
use crate::suggest::spread::policies::View;
use crate::suggest::spread::record::Record;
use crate::suggest::spread::stay::Chances;
use crate::suggest::spread::stay::HORIZON;
use crate::suggest::spread::stay::Stay;
use crate::suggest::spread::teams::Teams;

/// A learner has to know something among the change's files, or under a folder so many levels above them.
const FAMILIAR: usize = 3;

/// What a file counts where nobody is left, beside 1 where one is.
const ALONE: f64 = 2.0;

/// What a file counts one quarter later, beside 1 now.
const LATER: f64 = 0.9;

/// How much what a learner pays shrinks by each review that they were given lately; half as much a quarter later.
const LOAD: f64 = 0.01;

/// What counts of somebody who reviewed nothing yet this quarter: reviews go to those who review.
const IDLE: f64 = 0.3;

/// The price times the budget, while as much was spent as the budget says.
const PRICE: f64 = 1.35;

/// So many reviews' worth of overspending make the price e times as high.
const PATIENCE: f64 = 4000.0;

/// So many reviews' worth of underspending make it so many times as low.
const HASTE: f64 = 300.0;

/// So many reviews' worth below the budget is where the price aims.
const RESERVE: f64 = 100.0;

/// With less room than so many reviews' worth below the limit the price rises, so that a large change finds some left.
const ROOM: f64 = 200.0;

/// So many reviews' worth of missing room make the price e times as high.
const STEEP: f64 = 100.0;

/// No sum moves the price by more than e to the power of this.
const MOST: f64 = 3.0;

/// An advance is paid back once there were so many reviews for each review of it.
const PAID_BACK: f64 = 3.0;

/// What is wanted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Setting {
    /// The share of reviews that may be given a learner, above 0.
    pub budget: f64,
    /// So many reviews' worth of the budget may be spent ahead, since a young history has the most to gain; paid back by the
    /// time that there were three times as many reviews. 0 never spends more than the budget of the reviews so far.
    pub advance: f64,
    /// How many times as much a learner pays who is from another team than the author where no reviewer is; 1 makes no
    /// difference. Above 1 the budget holds for the reviews whose teams are known by themselves, too.
    pub cross_team: f64,
}

/// Chooses learners, one change after another.
#[derive(Clone, Debug)]
pub struct Learners {
    setting: Setting,
    stay: Stay,
    all: Spending,
    /// Of reviews whose teams are known.
    known: Spending,
    lately: Vec<f64>,
    reviewed: Vec<bool>,
    /// Where a learner may also join at the going price.
    going: Option<Going>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Spending {
    reviews: f64,
    spent: f64,
}

impl Learners {
    /// Before the first change, for so many people.
    #[must_use]
    pub fn new(setting: Setting, people: usize) -> Self {
        Self {
            setting,
            stay: Stay::default(),
            all: Spending::default(),
            known: Spending::default(),
            lately: vec![0.0; people],
            reviewed: vec![false; people],
            going: None,
        }
    }

    /// The same, but a learner also joins at the [`Going`] price, where that is lower: for histories that may be short. The limits stay.
    #[must_use]
    pub fn at_going_price(self) -> Self {
        Self {
            going: Some(Going::default()),
            ..self
        }
    }

    /// Looks who is still there at the end of a quarter.
    pub fn end_quarter(&mut self, record: &Record) {
        self.stay.look(record);
        self.reviewed.fill(false);
        for given in &mut self.lately {
            *given /= 2.0;
        }
    }

    /// The learner for a change, if one pays and the budget allows it.
    pub fn choose(&mut self, view: &View<'_>, teams: &Teams) -> Option<Person> {
        let crossing = Crossing::of(view, teams);
        let by_teams = crossing.known && self.setting.cross_team > 1.0;
        self.all.reviews += 1.0;
        self.known.reviews += f64::from(u8::from(by_teams));
        for person in view.reviewers {
            self.reviewed[*person] = true;
        }
        let mut room = self.all.room(self.setting);
        if by_teams {
            let setting = Setting {
                advance: 0.0,
                ..self.setting
            };
            room = room.min(self.known.room(setting));
        }
        // As many learners may be given now; the more they are, the more of the last reviews tell a price that is low enough.
        let allowed = room * self.setting.budget;
        let has_room = allowed >= 1.0;
        if !has_room && self.going.is_none() {
            return None;
        }
        let price = self.price(room);
        let going = self
            .going
            .as_ref()
            .and_then(|going| going.price(self.setting.budget * allowed.max(1.0).sqrt()));
        let price = going.map_or(price, |going| price.min(going));
        let best = self.look_for(view, &crossing);
        let (person, _) = best.filter(|(_, pays)| has_room && *pays >= price)?;
        self.all.spent += 1.0;
        self.known.spent += f64::from(u8::from(by_teams));
        self.lately[person] += 1.0;
        self.reviewed[person] = true;
        Some(person)
    }

    /// A change that nobody is looked for: it only tells the going price and who reviews.
    pub fn pass(&mut self, view: &View<'_>, teams: &Teams) {
        for person in view.reviewers {
            self.reviewed[*person] = true;
        }
        self.look_for(view, &Crossing::of(view, teams));
    }

    /// Who would pay most, and how much.
    fn look_for(&mut self, view: &View<'_>, crossing: &Crossing<'_>) -> Option<(Person, f64)> {
        let best = self.best(view, crossing);
        if let Some(going) = &mut self.going {
            going.look(best.map_or(0.0, |(_, pays)| pays));
        }
        best
    }

    /// What a learner has to pay, with so many reviews' worth of room below the limit.
    fn price(&self, room: f64) -> f64 {
        let budget = self.setting.budget;
        let overspent = self.all.spent / budget - self.all.reviews + RESERVE;
        let pace = overspent / if overspent > 0.0 { PATIENCE } else { HASTE };
        let scarce = (ROOM - room) / STEEP;
        PRICE / budget * (pace.clamp(-MOST, MOST) + scarce.clamp(0.0, MOST)).exp()
    }

    fn best(&self, view: &View<'_>, crossing: &Crossing<'_>) -> Option<(Person, f64)> {
        let mut asked: HashMap<Person, Chances> = HashMap::new();
        let mut chances = |person| {
            *asked
                .entry(person)
                .or_insert_with(|| self.stay.chances(view.record.traits(person)))
        };
        let files = view.files.iter().map(|file| &view.knowledge.files[*file]);
        let needs: Vec<(&Place, Chances)> = files
            .map(|file| (file, need(&holders(view, file), &mut chances)))
            .collect();
        let mut best: Option<(Person, f64)> = None;
        for person in candidates(view) {
            let stays = chances(person);
            let new = needs.iter().filter(|(file, _)| !file.has_reviewed(person));
            let helped: f64 = new
                .map(|(_, need)| stays.iter().zip(need).map(|(a, b)| a * b).sum::<f64>())
                .sum();
            let pays = helped * self.weight(person, crossing);
            let better = |(other, most): (Person, f64)| {
                let by_chance = || view.chance(person).cmp(&view.chance(other));
                pays.total_cmp(&most).then_with(by_chance).is_gt()
            };
            if pays > 0.0 && best.is_none_or(better) {
                best = Some((person, pays));
            }
        }
        best
    }

    fn weight(&self, person: Person, crossing: &Crossing<'_>) -> f64 {
        let idle = if self.reviewed[person] { 1.0 } else { IDLE };
        let crosses = if crossing.by(person) {
            self.setting.cross_team
        } else {
            1.0
        };
        idle * crosses / (1.0 + LOAD * self.lately[person])
    }
}

impl Spending {
    /// How many reviews' worth may still be spent.
    fn room(self, setting: Setting) -> f64 {
        limit(setting, self.reviews) / setting.budget - self.spent / setting.budget
    }
}

/// How many learners may have been given by the time of so many reviews.
#[must_use]
pub fn limit(setting: Setting, reviews: f64) -> f64 {
    setting.budget * (reviews + (setting.advance - reviews / PAID_BACK).max(0.0))
}

/// Whoever knows something near the change.
fn candidates(view: &View<'_>) -> Vec<Person> {
    let mut places = view.knowledge.places(view.history, view.files, 0);
    let above = |file: &usize| view.history.folders[*file].iter().take(FAMILIAR).copied();
    let mut folders: Vec<usize> = view.files.iter().flat_map(above).collect();
    folders.sort_unstable();
    folders.dedup();
    places.extend(folders.into_iter().map(|folder| &view.knowledge.folders[folder]));
    view.candidates(&places)
}

/// The available people who will have reviewed a file, once those who review this change did.
fn holders(view: &View<'_>, file: &Place) -> Vec<Person> {
    let here = file.reviewers().filter(|person| view.record.available(*person));
    let mut holders: Vec<Person> = here.chain(view.reviewers.iter().copied()).collect();
    holders.sort_unstable();
    holders.dedup();
    holders
}

/// What one more person would be worth for a file at the ends of the coming quarters, by who holds it.
fn need(holders: &[Person], chances: &mut impl FnMut(Person) -> Chances) -> Chances {
    let (mut nobody, mut one) = ([1.0; HORIZON], [0.0; HORIZON]);
    for holder in holders {
        let stays = chances(*holder);
        for ((nobody, one), stays) in nobody.iter_mut().zip(&mut one).zip(stays) {
            *one = *one * (1.0 - stays) + *nobody * stays;
            *nobody *= 1.0 - stays;
        }
    }
    let mut weight = 1.0 / LATER;
    std::array::from_fn(|ahead| {
        weight *= LATER;
        weight * (one[ahead] + ALONE * nobody[ahead])
    })
}

/// Whether a learner could bring another team to a change.
struct Crossing<'a> {
    teams: &'a Teams,
    at: i64,
    author: Option<Person>,
    /// Whether teams of the author and of a reviewer are known.
    known: bool,
    /// .. and none of the reviewers is from another team.
    lacks: bool,
}

impl<'a> Crossing<'a> {
    fn of(view: &View<'_>, teams: &'a Teams) -> Self {
        let at = view.record.now;
        let apart = teams.any_apart(at, view.author, view.reviewers);
        Self {
            teams,
            at,
            author: view.author,
            known: apart.is_some(),
            lacks: apart == Some(false),
        }
    }

    fn by(&self, person: Person) -> bool {
        self.lacks && self.teams.any_apart(self.at, self.author, &[person]) == Some(true)
    }
}
