//! Adds up the rules that match and says which areas a comment is about.
use std::sync::LazyLock;

use regex::bytes::RegexSet;
use regex::bytes::RegexSetBuilder;

use crate::classify::markdown::Parts;
use crate::classify::rules::BIAS;
use crate::classify::rules::PATHS;
use crate::classify::rules::PHRASES;
use crate::classify::rules::Rule;
use crate::model::comment::AreaGuess;
use crate::model::skill::Area;

/// An area is named from this probability on: where precision reaches 0.6 on the labelled comments.
const NAMED: f64 = 0.3;

/// At most this many areas are named.
const MOST: usize = 3;

/// Plain bytes keep the automaton small: with Unicode word boundaries, one accent would make it many times slower.
fn compile(rules: &[Rule]) -> RegexSet {
    #[expect(clippy::expect_used, reason = "constant patterns, compiled in the tests")]
    RegexSetBuilder::new(rules.iter().map(|Rule(_, pattern)| *pattern))
        .case_insensitive(true)
        .multi_line(true)
        .unicode(false)
        .size_limit(64 << 20)
        .dfa_size_limit(32 << 20)
        .build()
        .expect("the rules compile")
}

static PHRASE_SET: LazyLock<RegexSet> = LazyLock::new(|| compile(PHRASES));
static PATH_SET: LazyLock<RegexSet> = LazyLock::new(|| compile(PATHS));

/// The areas that a comment is about, surest first; empty where nothing points to one.
pub(super) fn areas(parts: &Parts, path: Option<&str>) -> Vec<AreaGuess> {
    let mut guesses: Vec<AreaGuess> = Area::ALL
        .into_iter()
        .zip(log_odds(&parts.prose, path))
        .map(|(area, sum)| AreaGuess {
            area,
            probability: 1.0 / (1.0 + (-sum).exp()),
        })
        .filter(|guess| guess.probability >= NAMED)
        .collect();
    guesses.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.area.cmp(&b.area)));
    guesses.truncate(MOST);
    guesses
}

/// The sum of the weights of an area's matching rules, area by area in the order of [`Area::ALL`].
fn log_odds(prose: &str, path: Option<&str>) -> [f64; 17] {
    let mut sums = [0.0; 17];
    for (area, bias) in BIAS {
        sums[area as usize] += bias;
    }
    let phrases = PHRASE_SET
        .matches(prose.as_bytes())
        .into_iter()
        .map(|rule| &PHRASES[rule]);
    let hints = path
        .map(|path| PATH_SET.matches(path.as_bytes()))
        .into_iter()
        .flatten()
        .map(|rule| &PATHS[rule]);
    for Rule(weights, _) in phrases.chain(hints) {
        for &(area, weight) in *weights {
            sums[area as usize] += weight;
        }
    }
    sums
}
