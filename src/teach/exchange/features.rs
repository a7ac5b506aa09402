//! What the models of a thread see of two people: numbers with names, so that every weight can be read.
use crate::model::ids::PersonId;
use crate::model::manner::Cue;
use crate::model::manner::Cues;
use crate::model::manner::Manner;
use crate::teach::exchange::talk::Pair;
use crate::teach::exchange::talk::Talk;

/// A column with its value.
pub type Cell = (u32, f32);

/// Comments that are looked at together, in both models.
const VIEWS: [&str; 6] = [
    "what the teacher told",
    "the learner's answers",
    "the learner's first answer",
    "what the learner said before",
    "what the teacher said to an answer",
    "the learner's last answer",
];
/// Which of them the first model looks at.
const OF_PAIRS: usize = 4;
/// Numbers of a view, besides its cues.
const AMOUNTS: [&str; 6] = [
    "how many comments",
    "how many words",
    "how many statements",
    "which share asks",
    "how likely it gives knowledge",
    "how likely it gives nothing",
];
/// How two people stand in a talk.
const STANDING: [&str; 12] = [
    "the teacher began",
    "the learner began",
    "the learner was answered by the teacher",
    "the learner said nothing",
    "the learner said nothing later",
    "how long the talk is",
    "more than two people speak",
    "how late the teacher came",
    "the learner spoke last",
    "the teacher spoke last",
    "the first comment that was told began the talk",
    "the learner answered several times",
];
/// From whom to whom.
const DIRECTIONS: [&str; 3] = ["reviewer to author", "author to reviewer", "reviewer to reviewer"];

const VIEW: usize = Cue::ALL.len() + AMOUNTS.len();
const BLOCK: usize = OF_PAIRS * VIEW + STANDING.len();

/// Columns of the model of pairs: each number for all, and once more for each direction; then the directions.
pub const PAIR_COLUMNS: usize = BLOCK * (1 + DIRECTIONS.len()) + DIRECTIONS.len();
/// Columns of the models of outcomes: each number, and the directions.
pub const OUTCOME_COLUMNS: usize = VIEWS.len() * VIEW + STANDING.len() + DIRECTIONS.len();

fn name_in(views: usize, column: usize) -> String {
    let (view, within) = (column / VIEW, column % VIEW);
    if view < views {
        let cue = Cue::ALL.get(within).map(|cue| cue.words());
        let what = cue.unwrap_or_else(|| AMOUNTS[within - Cue::ALL.len()]);
        return format!("{}: {what}", VIEWS[view]);
    }
    let rest = column - views * VIEW;
    let standing = STANDING.get(rest).copied();
    standing.map_or_else(|| DIRECTIONS[rest - STANDING.len()].to_owned(), str::to_owned)
}

/// What a column of the model of pairs is, in words.
#[must_use]
pub fn pair_name(column: usize) -> String {
    let all = BLOCK * (1 + DIRECTIONS.len());
    if column >= all {
        return DIRECTIONS[column - all].to_owned();
    }
    let name = name_in(OF_PAIRS, column % BLOCK);
    match (column / BLOCK).checked_sub(1) {
        None => name,
        Some(direction) => format!("{}; {name}", DIRECTIONS[direction]),
    }
}

/// What a column of the models of outcomes is, in words.
#[must_use]
pub fn outcome_name(column: usize) -> String {
    name_in(VIEWS.len(), column)
}

/// What the model of pairs sees, columns ascending.
#[must_use]
pub fn of_pair(talk: &Talk, pair: &Pair) -> Vec<Cell> {
    let base = numbers(talk, pair, OF_PAIRS);
    let direction = direction(talk, pair);
    let again = base
        .iter()
        .map(|(column, value)| (column + place(BLOCK * (1 + direction)), *value));
    let is = (place(BLOCK * (1 + DIRECTIONS.len()) + direction), 1.0);
    base.iter().copied().chain(again).chain([is]).collect()
}

/// What the models of outcomes see, columns ascending.
#[must_use]
pub fn of_outcome(talk: &Talk, pair: &Pair) -> Vec<Cell> {
    let mut cells = numbers(talk, pair, VIEWS.len());
    cells.push((place(VIEWS.len() * VIEW + STANDING.len() + direction(talk, pair)), 1.0));
    cells
}

fn direction(talk: &Talk, pair: &Pair) -> usize {
    if talk.author == Some(pair.learner) {
        0
    } else if talk.author == Some(pair.teacher) {
        1
    } else {
        2
    }
}

fn numbers(talk: &Talk, pair: &Pair, views: usize) -> Vec<Cell> {
    let by = |who: PersonId, from: usize| talk.of(who).filter(move |at| *at > from);
    let answers: Vec<usize> = by(pair.learner, pair.first).collect();
    let before: Vec<usize> = talk.of(pair.learner).filter(|at| *at < pair.first).collect();
    let replies: Vec<usize> = match answers.first() {
        Some(first) => by(pair.teacher, *first).collect(),
        None => Vec::new(),
    };
    let first = &answers[..answers.len().min(1)];
    let last = &answers[answers.len().saturating_sub(1)..];
    let seen: [&[usize]; VIEWS.len()] = [&pair.told, &answers, first, &before, &replies, last];
    let mut cells = Vec::new();
    for (view, places) in seen.into_iter().take(views).enumerate() {
        cells.extend(of_view(talk, places).map(|(within, value)| (place(view * VIEW + within), value)));
    }
    let ended = talk.spoken.last().map(|spoken| spoken.who);
    let began = talk.spoken.first().map(|spoken| spoken.who);
    let mut people: Vec<PersonId> = talk.spoken.iter().map(|spoken| spoken.who).collect();
    people.sort_unstable();
    people.dedup();
    let standing: [f32; STANDING.len()] = [
        yes(began == Some(pair.teacher)),
        yes(began == Some(pair.learner)),
        yes(!pair.told.is_empty()),
        yes(answers.is_empty() && before.is_empty()),
        yes(answers.is_empty()),
        some(talk.spoken.len(), 6),
        yes(people.len() > 2),
        some(pair.first, 4),
        yes(ended == Some(pair.learner)),
        yes(ended == Some(pair.teacher)),
        yes(pair.told.first() == Some(&0)),
        yes(answers.len() > 1),
    ];
    let standing = standing.into_iter().enumerate().filter(|(_, value)| *value != 0.0);
    cells.extend(standing.map(|(at, value)| (place(views * VIEW + at), value)));
    cells
}

/// The numbers of some comments together; none where there are none.
fn of_view(talk: &Talk, places: &[usize]) -> impl Iterator<Item = (usize, f32)> {
    let manners: Vec<&Manner> = places.iter().map(|at| &talk.spoken[*at].manner).collect();
    let sum = |of: fn(&Manner) -> u16| manners.iter().map(|manner| u32::from(of(manner))).sum::<u32>();
    let (sentences, questions) = (sum(|one| one.sentences), sum(|one| one.questions));
    let cues = manners
        .iter()
        .fold(Cues::default(), |cues, manner| cues.or(manner.cues));
    let knowledge = manners.iter().map(|one| one.knowledge).fold(0.0, f64::max);
    let nothing = manners.iter().map(|one| one.nothing).fold(1.0, f64::min);
    let amounts: [f32; AMOUNTS.len()] = [
        some(manners.len(), 3),
        logarithm(sum(|one| one.words), 5.0),
        logarithm(sentences.saturating_sub(questions), 2.5),
        share(questions, sentences),
        log_odds(knowledge),
        log_odds(nothing),
    ];
    let amounts = (Cue::ALL.len()..).zip(amounts);
    let there = !manners.is_empty();
    let cues = cues.iter().map(|cue| (cue as usize, 1.0));
    cues.chain(amounts).filter(move |(_, value)| there && *value != 0.0)
}

fn yes(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// A number up to `most`, as a share of it.
fn some(number: usize, most: u16) -> f32 {
    let number = u16::try_from(number).unwrap_or(most).min(most);
    f32::from(number) / f32::from(most)
}

#[expect(clippy::cast_precision_loss, reason = "words of a thread")]
fn logarithm(number: u32, unit: f32) -> f32 {
    (number as f32).ln_1p() / unit
}

#[expect(clippy::cast_precision_loss, reason = "sentences of a thread")]
fn share(part: u32, whole: u32) -> f32 {
    part as f32 / whole.max(1) as f32
}

/// Log-odds, brought to about [-1, 1].
#[expect(clippy::cast_possible_truncation, reason = "a few digits tell enough")]
fn log_odds(chance: f64) -> f32 {
    let chance = chance.clamp(0.01, 0.99);
    ((chance / (1.0 - chance)).ln() / 4.0) as f32
}

#[expect(clippy::cast_possible_truncation, reason = "some hundred columns")]
fn place(column: usize) -> u32 {
    column as u32
}

#[cfg(test)]
mod tests;
