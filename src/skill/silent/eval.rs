//! Whether silent experts are what they are said to be, on a history of merged changes, cut by year and held out in time.
//!
//! At each cut only the year before is known, and the year after says what came: whether those flagged review there later, beside people of
//! the same module who know little of it and reviewed as much (science.md section 3).
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::PersonId;
use crate::skill::silent::MAX_IDLE_DAYS;
use crate::skill::silent::MIN_EVIDENCE;
use crate::skill::silent::Work;
use crate::skill::silent::expected;
use crate::skill::silent::fit_organisation;
use crate::skill::silent::posterior;
use crate::skill::silent::silent_experts;

/// One merged change.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct MergedChange {
    /// When, in seconds since 1970.
    pub t: i64,
    /// Who wrote it.
    pub author: String,
    /// Who reviewed it.
    pub reviewers: Vec<String>,
    /// The modules it touches.
    pub modules: Vec<String>,
    /// How many files it touches.
    pub files: u32,
}

/// The first second of 2100.
const FAR: i64 = 4_102_444_800;

impl MergedChange {
    /// What is wrong with it, beyond its shape.
    #[must_use]
    pub fn flaw(&self) -> Option<String> {
        (!(0..FAR).contains(&self.t)).then(|| format!("{} is no time between 1970 and 2100 in seconds", self.t))
    }
}

/// Changes with more files are mechanical, and make nobody an expert.
const MOST_FILES: u32 = 100;
/// A year, in seconds.
const YEAR: i64 = 365 * 86_400;
/// Draws of the bootstrap.
const DRAWS: usize = 2_000;
/// Those in so many near the 2.5% and the 97.5% quantile of the draws bound the interval.
const TAIL: usize = DRAWS / 40;

/// What came of those flagged.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Outcome {
    /// Yearly cuts.
    pub cuts: usize,
    /// How many were flagged, each person in each module at each cut.
    pub people_flagged: usize,
    /// How many of them have somebody to be compared with.
    pub people_compared: usize,
    /// The share of those compared who review in that module in the year after, in per cent.
    pub flagged: f64,
    /// The same of their controls: people of the module who know little of it and reviewed as much in the year before.
    pub controls: f64,
    /// How many points the first is above the second.
    pub difference: f64,
    /// The lower end of its 95% interval, by bootstrap over people.
    pub ci_low: f64,
    /// The upper end.
    pub ci_high: f64,
    /// Mean Poisson deviance of the reviews that everybody who wrote or reviewed in a module gives there in the year after.
    pub deviance: Deviance,
}

/// How far predictions of next year's reviews are off; less is better.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Deviance {
    /// By the usual number times the person's posterior ratio.
    pub peerlore: f64,
    /// By the usual number times the person's own ratio of the year before.
    pub raw_ratio: f64,
    /// By the usual number alone.
    pub no_person: f64,
    /// How many predictions.
    pub rows: usize,
}

/// Measures on a history, in whatever order its changes stand; none where it spans less than two years. `seed` chooses the bootstrap's draws.
#[must_use]
pub fn measure(changes: &[MergedChange], seed: u64) -> Option<Outcome> {
    let first = changes.iter().map(|change| change.t).min()?;
    let end = changes.iter().map(|change| change.t).max()?;
    let mut sorted: Vec<&MergedChange> = changes.iter().filter(|change| change.files <= MOST_FILES).collect();
    sorted.sort_by_key(|change| change.t);
    let people = numbers(changes);
    let cuts: Vec<i64> = (1..(end - first) / YEAR).map(|back| end - back * YEAR).collect();
    if cuts.is_empty() {
        return None;
    }
    let mut compared: BTreeMap<PersonId, Vec<(f64, f64)>> = BTreeMap::new();
    let (mut deviance, mut people_flagged) = (Deviance::default(), 0);
    for cut in &cuts {
        let before = year_before(&sorted, &people, *cut);
        let after = year_before(&sorted, &people, *cut + YEAR);
        let after: BTreeMap<(PersonId, &str), &Work> = after
            .iter()
            .map(|row| ((row.person, row.module.as_str()), row))
            .collect();
        let reviews = |row: &Work| {
            f64::from(
                after
                    .get(&(row.person, row.module.as_str()))
                    .map_or(0, |row| row.reviews),
            )
        };
        deviance.add(&before, &after);
        let found = silent_experts(&before);
        people_flagged += found.len();
        for expert in &found {
            let controls = matched(&before, &expert.work);
            let later: Vec<f64> = controls
                .iter()
                .map(|row| f64::from(u8::from(reviews(row) > 0.0)))
                .collect();
            if !later.is_empty() {
                let theirs = later.iter().sum::<f64>() / float(later.len());
                let own = f64::from(u8::from(reviews(&expert.work) > 0.0));
                compared.entry(expert.work.person).or_default().push((own, theirs));
            }
        }
    }
    let all: Vec<&Vec<(f64, f64)>> = compared.values().collect();
    let (flagged, controls) = means(all.iter().copied());
    let (ci_low, ci_high) = interval(&all, seed);
    Some(Outcome {
        cuts: cuts.len(),
        people_flagged,
        people_compared: all.iter().map(|pairs| pairs.len()).sum(),
        flagged: 100.0 * flagged,
        controls: 100.0 * controls,
        difference: 100.0 * (flagged - controls),
        ci_low: 100.0 * ci_low,
        ci_high: 100.0 * ci_high,
        deviance: deviance.mean(),
    })
}

/// Those in the same module who are active, know little of it, and reviewed as much as this one, or nearly where nobody did.
fn matched<'w>(rows: &'w [Work], to: &Work) -> Vec<&'w Work> {
    let others = rows.iter().filter(|row| {
        row.module == to.module
            && row.person != to.person
            && row.evidence < MIN_EVIDENCE
            && row.idle_days <= MAX_IDLE_DAYS
            && row.others_changes > 0
    });
    let others: Vec<&Work> = others.collect();
    let nearest = others.iter().map(|row| row.reviews.abs_diff(to.reviews)).min();
    others
        .into_iter()
        .filter(|row| Some(row.reviews.abs_diff(to.reviews)) == nearest)
        .collect()
}

fn means<'p>(people: impl Iterator<Item = &'p Vec<(f64, f64)>>) -> (f64, f64) {
    let (mut own, mut theirs, mut number) = (0.0, 0.0, 0.0_f64);
    for (one, other) in people.flatten() {
        own += one;
        theirs += other;
        number += 1.0;
    }
    (own / number.max(1.0), theirs / number.max(1.0))
}

/// The 95% interval of the difference, by drawing people with all that is known of them (Efron and Tibshirani 1993, section 13.3).
fn interval(people: &[&Vec<(f64, f64)>], seed: u64) -> (f64, f64) {
    let mut state = seed;
    let mut draws: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = (0..people.len()).map(|_| {
                state = state.wrapping_add(1);
                people[below(state, people.len())]
            });
            let (own, theirs) = means(drawn);
            own - theirs
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    (draws[TAIL], draws[DRAWS - 1 - TAIL])
}

/// A number below `many` that the seed chooses (splitmix64's finaliser: Steele, Lea and Flood 2014).
fn below(seed: u64, many: usize) -> usize {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    usize::try_from(z % u64::try_from(many.max(1)).unwrap_or(u64::MAX)).unwrap_or_default()
}

impl Deviance {
    /// Adds what is predicted at one cut for everybody who wrote or reviewed anything in a module, and what came; whoever did nothing more
    /// there gave no review.
    fn add(&mut self, before: &[Work], after: &BTreeMap<(PersonId, &str), &Work>) {
        let fit = fit_organisation(before);
        let mut changes: BTreeMap<&str, u32> = BTreeMap::new();
        for ((_, module), row) in after {
            let most = changes.entry(module).or_default();
            *most = (*most).max(row.others_changes);
        }
        for row in before.iter().filter(|row| row.others_changes > 0) {
            let next = after.get(&(row.person, row.module.as_str()));
            let of_others = next.map(|next| next.others_changes);
            let of_others = of_others
                .or_else(|| changes.get(row.module.as_str()).copied())
                .unwrap_or_default();
            let usual = expected(&fit, row);
            let base = usual * f64::from(of_others) / f64::from(row.others_changes);
            let came = f64::from(next.map_or(0, |next| next.reviews));
            let (ratio, ..) = posterior(&fit, row.reviews, usual);
            self.peerlore += poisson(came, base * ratio);
            self.raw_ratio += poisson(came, base * f64::from(row.reviews) / usual);
            self.no_person += poisson(came, base);
            self.rows += 1;
        }
    }

    fn mean(self) -> Self {
        let rows = float(self.rows.max(1));
        Self {
            peerlore: self.peerlore / rows,
            raw_ratio: self.raw_ratio / rows,
            no_person: self.no_person / rows,
            rows: self.rows,
        }
    }
}

/// Poisson deviance of one count; means under .001 count as .001.
fn poisson(count: f64, mean: f64) -> f64 {
    let mean = mean.max(1e-3);
    let surprise = if count > 0.0 { count * (count / mean).ln() } else { 0.0 };
    2.0 * (surprise - (count - mean))
}

fn numbers(changes: &[MergedChange]) -> BTreeMap<&str, PersonId> {
    let people: BTreeSet<&str> = changes
        .iter()
        .flat_map(|change| change.reviewers.iter().chain([&change.author]))
        .map(String::as_str)
        .collect();
    people.into_iter().zip((1..).map(PersonId)).collect()
}

/// What everybody did in each module in the year before `now`. `changes` stand in order of time.
fn year_before(changes: &[&MergedChange], people: &BTreeMap<&str, PersonId>, now: i64) -> Vec<Work> {
    let mut faded: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let mut own: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut gave: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut total: BTreeMap<&str, f64> = BTreeMap::new();
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for change in changes.iter().filter(|one| one.t < now && one.t >= now - YEAR) {
        last.insert(&change.author, change.t);
        let weight = (-years(now - change.t)).exp2();
        for module in &change.modules {
            *faded.entry((&change.author, module)).or_default() += weight;
            *own.entry((&change.author, module)).or_default() += 1;
            *total.entry(module).or_default() += weight;
            *count.entry(module).or_default() += 1;
            for reviewer in change.reviewers.iter().filter(|one| **one != change.author) {
                last.insert(reviewer, change.t);
                *gave.entry((reviewer, module)).or_default() += 1;
            }
        }
    }
    let pairs: BTreeSet<(&str, &str)> = faded.keys().chain(gave.keys()).copied().collect();
    let work = pairs.into_iter().map(|(person, module)| {
        let evidence = faded.get(&(person, module)).copied().unwrap_or_default();
        Work {
            person: people[person],
            module: module.to_owned(),
            evidence,
            share: evidence / total.get(module).copied().unwrap_or(1.0).max(1e-9),
            others_changes: count[module] - own.get(&(person, module)).copied().unwrap_or_default(),
            reviews: gave.get(&(person, module)).copied().unwrap_or_default(),
            idle_days: 365.0 * years(now - last[person]),
            asked: None,
            answered: None,
            left_out: false,
        }
    });
    work.collect()
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some years")]
fn years(seconds: i64) -> f64 {
    seconds as f64 / YEAR as f64
}

#[expect(clippy::cast_precision_loss, reason = "numbers of people are small")]
fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten years in which `ana` and nine others write in one module; who reviews is told by the day.
    fn history(reviewer: impl Fn(i64) -> &'static str) -> Vec<MergedChange> {
        let change = |day: i64| MergedChange {
            t: day * 86_400,
            author: match day % 10 {
                0..=2 => "ana".to_owned(),
                other => format!("p{other}"),
            },
            reviewers: vec![reviewer(day).to_owned()],
            modules: vec!["core".to_owned()],
            files: 3,
        };
        (0..3_650).map(change).collect()
    }

    #[test]
    fn a_history_of_less_than_two_years_measures_nothing() {
        assert_eq!(measure(&[], 0), None);
        assert_eq!(measure(&history(|_| "p4")[..700], 0), None);
    }

    #[test]
    fn whoever_knows_much_and_begins_to_review_counts_for_the_rule() {
        // From the fifth year on `ana` reviews; before she is as silent as everybody but two.
        let outcome = measure(
            &history(|day| if day > 1_900 && day % 2 == 0 { "ana" } else { "p4" }),
            0,
        )
        .expect("ten years");
        assert!(outcome.people_flagged > 0, "{outcome:?}");
        assert!(outcome.ci_low <= outcome.difference && outcome.difference <= outcome.ci_high);
        assert!((outcome.difference - (outcome.flagged - outcome.controls)).abs() < 1e-9);
        assert!(outcome.deviance.rows > 0 && outcome.deviance.peerlore < outcome.deviance.no_person);
    }

    #[test]
    fn neither_order_nor_chance_changes_what_is_measured() {
        let mut history = history(|day| if day > 1_900 { "ana" } else { "p4" });
        let one = measure(&history, 3);
        history.reverse();
        assert_eq!(one, measure(&history, 3));
    }

    #[test]
    fn a_prediction_that_is_right_is_no_surprise() {
        assert!(poisson(3.0, 3.0).abs() < 1e-12);
        assert!(poisson(3.0, 1.0) > 0.0 && poisson(0.0, 1.0) > 0.0);
    }
}
