//! What an author does about a review: mend, explain, disagree, put off, or nothing.

use std::collections::BTreeMap;

use chrono::Duration;

use crate::demo::code::{remark, with_line};
use crate::demo::github::{Change, How, Push};
use crate::demo::people::{ROBOT_REVIEWER, by_login};
use crate::demo::stories::STORIES;
use crate::demo::year::{LiveThread, Step, Year};

/// What comes of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Mended,
    Suggestion,
    Explained,
    Declined,
    Asked,
    PutOff,
    Ignored,
}

/// Texts of files that a push is going to have.
type Edits = BTreeMap<String, String>;

impl Year {
    /// The author goes through all open threads, pushes once, and answers.
    pub(crate) fn follow(&mut self, pull: usize) {
        if self.live[pull].done || self.live[pull].stays_open {
            return;
        }
        let threads: Vec<LiveThread> = self.live[pull].threads.iter().filter(|t| !t.handled).cloned().collect();
        if threads.is_empty() {
            return;
        }
        let mut edits = Edits::new();
        let mut wait = 3;
        let mut reviewers: Vec<String> = Vec::new();
        for thread in &threads {
            let outcome = self.outcome_of(pull, thread);
            match outcome {
                Outcome::Mended => self.mend(pull, thread, &mut edits),
                Outcome::Asked if self.chance.percent(75) => self.mend(pull, thread, &mut edits),
                Outcome::Suggestion => self.apply_suggestion(pull, thread),
                _ => {}
            }
            self.answer(pull, thread, outcome, &mut wait);
            if thread.by != ROBOT_REVIEWER && !reviewers.contains(&thread.by) {
                reviewers.push(thread.by.clone());
            }
        }
        for thread in &mut self.live[pull].threads {
            thread.handled = true;
        }
        self.push(pull, edits);
        for who in reviewers {
            let at = self.soon(wait + 15, wait + 600);
            self.at(at, Step::Review(pull, who, 1));
        }
        if self.chance.percent(14) {
            self.small_talk(pull);
        }
    }

    fn outcome_of(&mut self, pull: usize, thread: &LiveThread) -> Outcome {
        let author = &self.live[pull].author;
        let index = thread.card.tag == Some("index");
        if index && author == STORIES.learner {
            return Outcome::Mended;
        }
        if thread.by == ROBOT_REVIEWER {
            return if self.chance.percent(22) {
                Outcome::Mended
            } else {
                Outcome::Ignored
            };
        }
        let explains = !thread.card.explains.is_empty();
        let only = thread.on_flaw && thread.card.after.is_empty() || thread.card.takes.is_empty() && !thread.on_flaw;
        if explains && (only || self.chance.percent(48)) {
            return Outcome::Explained;
        }
        if thread.suggested && self.chance.percent(60) {
            return Outcome::Suggestion;
        }
        // Nobody turns a question down, or a hole in the fence.
        let grave = thread
            .card
            .areas
            .iter()
            .any(|a| matches!(*a, "security" | "correctness" | "concurrency"));
        let no = if thread.on_flaw && !grave { 16 } else { 0 };
        let place = self
            .chance
            .weighted(&[
                66,
                no,
                if thread.on_flaw { 7 } else { 0 },
                if thread.on_flaw { 4 } else { 0 },
                10,
            ])
            .unwrap_or(0);
        [
            Outcome::Mended,
            Outcome::Declined,
            Outcome::Asked,
            Outcome::PutOff,
            Outcome::Ignored,
        ][place]
    }

    /// Changes the code as told: mostly the very lines, sometimes close by or elsewhere.
    fn mend(&mut self, pull: usize, thread: &LiveThread, edits: &mut Edits) {
        let Some(planted) = self.live[pull].planted.get(thread.flaw).cloned() else {
            return;
        };
        let name = self.live[pull].name.clone();
        let known = edits
            .get(&planted.path)
            .cloned()
            .or_else(|| self.github.text_at_head(&name, &planted.path));
        let Some(text) = known else { return };
        let story = thread.card.tag == Some("index");
        let way = if thread.on_flaw {
            [74, 12, 8, 6]
        } else {
            [0, 52, 22, 26]
        };
        let way = if story {
            0
        } else {
            self.chance.weighted(&way).unwrap_or(0)
        };
        let line = if thread.on_flaw {
            planted.line_in(&text)
        } else {
            planted.head_in(&text)
        };
        let note = remark(
            planted.kind,
            &planted
                .slots
                .fill(self.chance.pick(&NOTES).copied().unwrap_or_default()),
        );
        let new = match (way, line) {
            (0, _) => planted.mended(&text),
            (1, Some(line)) => {
                let below = usize::try_from(self.chance.between(2, 8)).unwrap_or(4);
                Some(with_line(&text, line, below, &note))
            }
            (2, Some(line)) if line > 16 => Some(with_line(&text, 2, 0, &note)),
            (2, _) => Some(format!("{text}{note}\n")),
            _ => {
                let path = format!("docs/{}s.md", planted.slots.noun);
                let old = edits
                    .get(&path)
                    .cloned()
                    .or_else(|| self.github.text_at_head(&name, &path))
                    .unwrap_or_default();
                edits.insert(
                    path,
                    format!(
                        "{old}- {}\n",
                        planted
                            .slots
                            .fill("`{fn}`: what happens to {state} {nouns} is described in the ticket.")
                    ),
                );
                None
            }
        };
        if let Some(new) = new {
            edits.insert(planted.path, new);
        }
    }

    /// The author presses the button under a suggestion.
    fn apply_suggestion(&mut self, pull: usize, thread: &LiveThread) {
        let Some(planted) = self.live[pull].planted.get(thread.flaw).cloned() else {
            return;
        };
        let name = self.live[pull].name.clone();
        let Some(text) = self.github.text_at_head(&name, &planted.path) else {
            return;
        };
        let Some(new) = planted.mended(&text) else { return };
        let co = by_login(&thread.by).map_or_else(String::new, |p| {
            let id = self.github.id_of(p.login).unwrap_or_default();
            format!("Co-authored-by: {} <{id}+{}@users.noreply.github.com>", p.name, p.login)
        });
        let push = Push {
            message: format!("Apply suggestion from code review\n\n{co}"),
            how: How::Append,
            changes: vec![Change::write(planted.path, new)],
        };
        let author = self.live[pull].author.clone();
        let sent = self.github.push_to_pull(&name, self.act(&author), &push);
        self.send(sent);
    }

    fn push(&mut self, pull: usize, edits: Edits) {
        if edits.is_empty() {
            return;
        }
        let how =
            [How::Append, How::Amend, How::Rebase, How::MergeBase][self.chance.weighted(&[76, 9, 11, 4]).unwrap_or(0)];
        let name = self.live[pull].name.clone();
        let author = self.live[pull].author.clone();
        // A branch that takes the base in must not bring old texts of files that moved on meanwhile: two pushes then.
        if matches!(how, How::Rebase | How::MergeBase) {
            let change: Vec<Change> = edits
                .into_iter()
                .map(|(path, text)| Change::write(path, text))
                .collect();
            let first = Push {
                message: "Address review".into(),
                how: How::Append,
                changes: change,
            };
            let sent = self.github.push_to_pull(&name, self.act(&author), &first);
            self.send(sent);
            let second = Push {
                message: "Merge branch 'main'".into(),
                how,
                changes: Vec::new(),
            };
            let sent = self.github.push_to_pull(&name, self.act(&author), &second);
            self.send(sent);
            return;
        }
        let changes = edits
            .into_iter()
            .map(|(path, text)| Change::write(path, text))
            .collect();
        let message = self
            .chance
            .pick(&MESSAGES)
            .copied()
            .unwrap_or("Address review")
            .to_owned();
        let sent = self
            .github
            .push_to_pull(&name, self.act(&author), &Push { message, how, changes });
        self.send(sent);
    }

    /// Replies, resolutions and thumbs of one thread, in the minutes after the push.
    fn answer(&mut self, pull: usize, thread: &LiveThread, outcome: Outcome, wait: &mut i64) {
        let author = self.live[pull].author.clone();
        let words = self.words_for(pull, thread, outcome);
        for (by_author, text) in words {
            *wait += self.chance.between(2, if by_author { 9 } else { 70 });
            let who = if by_author { author.clone() } else { thread.by.clone() };
            let at = self.now + Duration::minutes(*wait);
            self.at(at, Step::Say(pull, who, thread.root, text));
        }
        let later = self.now + Duration::minutes(*wait + 1);
        let percent = match outcome {
            Outcome::Mended | Outcome::Suggestion => 66,
            Outcome::Explained | Outcome::Asked => 40,
            Outcome::Declined | Outcome::PutOff => 25,
            Outcome::Ignored => 12,
        };
        if self.chance.percent(percent) {
            let who = if self.chance.percent(78) || thread.by == ROBOT_REVIEWER {
                author.clone()
            } else {
                thread.by.clone()
            };
            self.at(later, Step::Resolve(pull, who, thread.root));
        }
        if outcome != Outcome::Ignored && self.chance.percent(13) {
            self.at(later, Step::React(pull, author, thread.root));
        }
    }

    /// What is said in a thread, by the author (true) or the reviewer.
    fn words_for(&mut self, pull: usize, thread: &LiveThread, outcome: Outcome) -> Vec<(bool, String)> {
        let Some(planted) = self.live[pull].planted.get(thread.flaw).cloned() else {
            return Vec::new();
        };
        let mut say = |what: &str| {
            self.chance
                .pick(self.deck.talk(what))
                .copied()
                .unwrap_or_default()
                .to_owned()
        };
        let (ack, learned, thanks, ok) = (say("ack"), say("learned"), say("thanks-author"), say("ok"));
        let (no, accept, later) = (say("disagree"), say("accept"), say("later"));
        let pair = self.chance.below(self.deck.talk("question").len());
        let nth = |what: &str| self.deck.talk(what).get(pair).copied().unwrap_or_default().to_owned();
        let (question, answer) = (nth("question"), nth("answer"));
        let robot = thread.by == ROBOT_REVIEWER;
        let own = self.chance.pick(&thread.card.takes).map(|t| planted.slots.fill(t));
        let story = thread.card.tag == Some("index") && self.live[pull].author == STORIES.learner;
        match outcome {
            Outcome::Mended | Outcome::Suggestion => {
                let weights = if story {
                    [70, 30, 0, 0]
                } else if own.is_some() {
                    [34, 7, 26, 33]
                } else {
                    [0, 8, 46, 46]
                };
                let mut words = match self.chance.weighted(&weights).unwrap_or(3) {
                    0 => own.map(|t| vec![(true, t)]).unwrap_or_default(),
                    1 if !robot => vec![(true, learned)],
                    1 | 2 => vec![(true, ack)],
                    _ => Vec::new(),
                };
                if !words.is_empty() && !robot && self.chance.percent(14) {
                    words.push((false, ok));
                }
                words
            }
            Outcome::Explained => {
                let text = self
                    .chance
                    .pick(&thread.card.explains)
                    .map(|t| planted.slots.fill(t))
                    .unwrap_or_default();
                let mut words = vec![(true, text)];
                match self.chance.weighted(&[84, 8, 8]).unwrap_or(2) {
                    0 => words.push((false, thanks)),
                    1 => words.push((false, ok)),
                    _ => {}
                }
                words
            }
            Outcome::Declined => {
                let mut words = vec![(true, no)];
                if self.chance.percent(60) {
                    words.push((false, accept));
                }
                words
            }
            Outcome::Asked => vec![(true, question), (false, answer), (true, ack)],
            Outcome::PutOff => vec![(true, later), (false, accept)],
            Outcome::Ignored => Vec::new(),
        }
    }

    fn small_talk(&mut self, pull: usize) {
        let Some(text) = self.chance.pick(self.deck.talk("talk")).copied() else {
            return;
        };
        let other = self.live[pull].reviewers.first().cloned().unwrap_or_default();
        let who = self.live[pull].author.clone();
        let at = self.now + Duration::minutes(25);
        self.at(at, Step::Talk(pull, who, text.replace("{other}", &other)));
    }
}

/// What an author writes beside the code when the lines themselves stay.
const NOTES: [&str; 6] = [
    "a {noun} may come twice, the second one changes nothing",
    "an empty list is the normal case for a new depot",
    "checked by the caller, see the handler",
    "{state} {nouns} are left to the nightly run",
    "order matters: the cutoff has to be known before this",
    "the carrier sends no state for these",
];

/// Messages of commits that follow a review.
const MESSAGES: [&str; 6] = [
    "Address review",
    "Review fixes",
    "Changes from review",
    "Mend what review found",
    "fixup",
    "Second round",
];
